"""certificates: cert-manager's certificates, signing requests of the cluster, and certificate authorities."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from midwatch.detectors import _issuance
from midwatch.detectors._ages import age, aware, changed_at, older_than, seconds_between, spell
from midwatch.detectors._pem import Validity, decode_bundle, expired, validities
from midwatch.detectors.common import MAX_FACTS, condition, fact, refs
from midwatch.domain.finding import Claim, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.access import (
    APIService,
    Certificate,
    CertificateSigningRequest,
    CustomResourceDefinition,
)
from midwatch.domain.kube.cluster import ConfigMap, Node
from midwatch.domain.kube.meta import Condition, KubeObject
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_ISSUING = 120
_WEEK = timedelta(days=7).total_seconds()
_LATE = timedelta(hours=1).total_seconds()


def not_issued(inventory: Inventory) -> Iterator[Finding]:
    """Certificates that are not ready. Source: cert-manager.io/docs/troubleshooting, pkg/apis/certmanager/v1."""
    for each in inventory.all(Certificate):
        ready = condition(each.status.conditions, "Ready")
        over = each.status.not_after is not None and seconds_between(inventory.now, each.status.not_after) > 0
        if over or ready is None or ready.status == "True" or each.metadata.deletion_timestamp:
            continue
        if older_than(inventory, changed_at(ready) or each.metadata.creation_timestamp, _ISSUING, unknown=True):
            yield _not_issued(each, ready)


def _not_issued(found: Certificate, ready: Condition) -> Finding:
    serving = found.status.not_after is not None
    return Finding(
        "certificates/not-issued",
        found.ref,
        Text(
            f"Certificate {found.namespace}/{found.name} is not ready: {ready.message or ready.reason}"[:300],
            f"证书 {found.namespace}/{found.name} 未就绪:{ready.message or ready.reason}"[:300],
        ),
        Severity.WARNING if serving else Severity.ERROR,
        claims=(Claim("certificate-not-issued", found.ref, 0.6 if serving else 0.85),),
        facts=(fact(found, ".status.conditions[Ready]", f"{ready.status} {ready.reason} {ready.message}"),),
        affected=(Ref("Secret", found.namespace, found.spec.secret_name),) if found.spec.secret_name else (),
        since=changed_at(ready),
    )


def running_out(inventory: Inventory) -> Iterator[Finding]:
    """Certificates that expired, or that were not renewed when they should have been."""
    for each in inventory.all(Certificate):
        end = each.status.not_after
        if end is None:
            continue
        left = seconds_between(end, inventory.now)
        if left <= 0:
            yield _expired(each, -left)
        elif _is_late(inventory, each, left):
            yield _expiring(each, left)


def _expired(found: Certificate, ago: float) -> Finding:
    return Finding(
        "certificates/expired",
        found.ref,
        Text(
            f"Certificate {found.namespace}/{found.name} expired {spell(ago)} ago",
            f"证书 {found.namespace}/{found.name} 已过期 {spell(ago)}",
        ),
        Severity.ERROR,
        claims=(Claim("certificate-expired", found.ref, 0.95),),
        facts=(fact(found, ".status.notAfter", found.status.not_after, found.status.not_after),),
        affected=(Ref("Secret", found.namespace, found.spec.secret_name),) if found.spec.secret_name else (),
        since=found.status.not_after,
    )


def _is_late(inventory: Inventory, found: Certificate, left: float) -> bool:
    """Renewal overdue; without a renewal time less than a week (or a tenth of a short life) left."""
    status = found.status
    if status.renewal_time is not None:
        return older_than(inventory, status.renewal_time, _LATE, unknown=False)
    if status.not_after is None or status.not_before is None:
        return left < _WEEK
    return left < min(_WEEK, seconds_between(status.not_after, status.not_before) / 10)


def _expiring(found: Certificate, left: float) -> Finding:
    return Finding(
        "certificates/expiring",
        found.ref,
        Text(
            f"Certificate {found.namespace}/{found.name} expires in {spell(left)} and has not been renewed",
            f"证书 {found.namespace}/{found.name} 将在 {spell(left)} 后过期,且尚未续期",
        ),
        Severity.WARNING,
        Status.LATENT,
        claims=(Claim("certificate-expiring", found.ref, 0.5),),
        facts=(fact(found, ".status.notAfter", found.status.not_after, found.status.not_after),),
    )


_UNSIGNED = 300


def pending_requests(inventory: Inventory) -> Iterator[Finding]:
    """Signing requests that nobody approves. Source: kubernetes.io/docs/reference/access-authn-authz/
    certificate-signing-requests (signers kubelet-serving and kube-apiserver-client-kubelet are about a node).
    """
    groups: dict[Ref, list[CertificateSigningRequest]] = defaultdict(list)
    for each in inventory.all(CertificateSigningRequest):
        if any(found.type in ("Approved", "Denied", "Failed") for found in each.status.conditions):
            continue
        if older_than(inventory, each.metadata.creation_timestamp, _UNSIGNED, unknown=False):
            groups[_requester(each)].append(each)
    for culprit, found in groups.items():
        yield _pending(inventory, culprit, found)


def _requester(found: CertificateSigningRequest) -> Ref:
    name = found.spec.username.removeprefix("system:node:")
    return Ref("Node", "", name) if name != found.spec.username and name else found.ref


def _pending(inventory: Inventory, culprit: Ref, found: list[CertificateSigningRequest]) -> Finding:
    signer = found[0].spec.signer_name
    waiting = max((age(inventory, each.metadata.creation_timestamp) or 0.0) for each in found)
    joins = signer.endswith("kube-apiserver-client-kubelet") and inventory.find(culprit) is None
    return Finding(
        "certificates/csr-pending",
        culprit,
        Text(
            f"{len(found)} signing requests of {culprit} ({signer}) wait for approval, for up to {spell(waiting)}",
            f"{culprit} 的 {len(found)} 个证书签名请求({signer})等待批准,最长已等待 {spell(waiting)}",
        ),
        Severity.WARNING,
        Status.ACTIVE if joins else Status.LATENT,
        claims=(Claim("csr-pending", culprit, 0.7 if joins else 0.4),),
        facts=tuple(fact(each, ".spec.username", each.spec.username) for each in found[:MAX_FACTS]),
        affected=refs(found) if isinstance(inventory.find(culprit), Node) else (),
        since=found[0].metadata.creation_timestamp,
    )


_AUTHORITIES = ("ca.crt", "ca-bundle.crt", "service-ca.crt", "client-ca-file", "requestheader-client-ca-file")


def expired_authorities(inventory: Inventory) -> Iterator[Finding]:
    """CA certificates in ConfigMaps, APIServices and CRDs that are all expired; equal ones are one finding."""
    groups: dict[str, list[tuple[KubeObject, str]]] = defaultdict(list)
    for found, path, pem in _authorities(inventory):
        groups[pem].append((found, path))
    for pem, places in groups.items():
        last = expired(validities(pem), inventory.now)
        if last is not None:
            yield _authority(places, last)


def _authorities(inventory: Inventory) -> Iterator[tuple[KubeObject, str, str]]:
    for each in inventory.all(ConfigMap):
        for key in _AUTHORITIES:
            if key in each.data:
                yield each, f".data[{key}]", each.data[key]
    for bundled, path, bundle in _bundles(inventory):
        pem = decode_bundle(bundle)
        if pem:
            yield bundled, path, pem


def _bundles(inventory: Inventory) -> Iterator[tuple[KubeObject, str, str]]:
    for each in inventory.all(APIService):
        if each.spec.ca_bundle:
            yield each, ".spec.caBundle", each.spec.ca_bundle
    for each in inventory.all(CustomResourceDefinition):
        webhook = each.spec.conversion.webhook if each.spec.conversion else None
        if webhook is not None and webhook.client_config is not None and webhook.client_config.ca_bundle:
            yield each, ".spec.conversion.webhook.clientConfig.caBundle", webhook.client_config.ca_bundle


def _authority(places: list[tuple[KubeObject, str]], last: Validity) -> Finding:
    first = places[0][0]
    cluster = first.name in ("kube-root-ca.crt", "extension-apiserver-authentication")
    day = f"{aware(last.not_after):%Y-%m-%d}"
    return Finding(
        "certificates/authority-expired",
        first.ref,
        Text(
            f"The CA certificate in {first.ref} ({last.subject or 'no subject'}) expired on {day}",
            f"{first.ref} 中的 CA 证书({last.subject or '无主题'})已于 {day} 过期",
        ),
        Severity.ERROR if cluster else Severity.WARNING,
        Status.ACTIVE if cluster else Status.LATENT,
        claims=(Claim("certificate-expired", first.ref, 0.75 if cluster else 0.5),),
        facts=tuple(fact(found, where, f"notAfter {day}") for found, where in places[:MAX_FACTS]),
        affected=refs(found for found, _ in places),
        since=last.not_after,
    )


DETECTORS = (not_issued, running_out, pending_requests, expired_authorities, *_issuance.DETECTORS)
