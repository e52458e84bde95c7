"""webhooks: admission webhooks that the API server cannot call, and what that blocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from midwatch.detectors._ages import older_than
from midwatch.detectors._pem import decode_bundle, expired, is_too_large, validities
from midwatch.detectors._service_backing import Backing, backing
from midwatch.detectors.common import fact, refs
from midwatch.detectors.webhooks import _webhook_calls
from midwatch.detectors.webhooks._webhook_calls import Configuration, configurations
from midwatch.domain.finding import Claim, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.access import ServiceReference, Webhook
from midwatch.domain.text import Text

_MAX_KINDS = 6
_INSTALLING = 180
"""Seconds a new webhook may wait for its pods."""


@dataclass(frozen=True, slots=True)
class _Fault:
    """What is wrong with the way to a webhook, how surely, and since which field we know."""

    cause: str
    rule: str
    text: Text
    strength: float
    path: str


def unreachable(inventory: Inventory) -> Iterator[Finding]:
    """Webhooks whose Service is missing, lacks the port, or has no ready endpoint.

    Source: kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers.
    """
    for found in configurations(inventory):
        if not older_than(inventory, found.metadata.creation_timestamp, _INSTALLING, unknown=True):
            continue
        groups: dict[_Fault, list[Webhook]] = defaultdict(list)
        for webhook in found.webhooks:
            service = webhook.client_config.service
            fault = _fault(inventory, service) if service else None
            if fault is not None:
                groups[fault].append(webhook)
        for fault, webhooks in groups.items():
            yield _finding(inventory, found, fault, webhooks)


def _fault(inventory: Inventory, service: ServiceReference) -> _Fault | None:
    name = f"{service.namespace}/{service.name}"
    port = service.port or 443
    match backing(inventory, service.namespace, service.name, port):
        case Backing.MISSING:
            text = Text(f"its Service {name} does not exist", f"其 Service {name} 不存在")
            return _Fault("webhook-service-missing", "service-missing", text, 0.8, ".clientConfig.service.name")
        case Backing.NO_PORT:
            text = Text(f"Service {name} has no port {port}", f"Service {name} 没有端口 {port}")
            return _Fault("webhook-unavailable", "port-mismatch", text, 0.8, ".clientConfig.service.port")
        case Backing.NO_ENDPOINTS:
            text = Text(f"Service {name} has no ready endpoint", f"Service {name} 没有就绪的端点")
            return _Fault("webhook-unavailable", "no-endpoints", text, 0.75, ".clientConfig.service")
        case _:
            return None


def _finding(inventory: Inventory, found: Configuration, fault: _Fault, webhooks: list[Webhook]) -> Finding:
    blocks = any(_fails_closed(each) for each in webhooks)
    what = _blocked(webhooks)
    effect = f"requests for {what} are refused" if blocks else f"requests for {what} pass unchecked"
    effect_zh = f"对 {what} 的请求会被拒绝" if blocks else f"对 {what} 的请求会跳过检查"
    service = webhooks[0].client_config.service
    pods = _webhook_calls.pods_behind(inventory, service) if service else []
    return Finding(
        f"webhooks/{fault.rule}",
        found.ref,
        Text(
            f"{found.ref} cannot be called: {fault.text.en}; {effect}",
            f"{found.ref} 无法调用:{fault.text.zh};{effect_zh}",
        ),
        Severity.ERROR if blocks else Severity.WARNING,
        claims=(Claim(fault.cause, found.ref, fault.strength if blocks else 0.5),),
        facts=tuple(fact(found, f".webhooks[{each.name}]{fault.path}", fault.text.en) for each in webhooks[:2]),
        affected=refs(pods),
    )


def _fails_closed(webhook: Webhook) -> bool:
    """`Fail` is the default of admissionregistration.k8s.io/v1."""
    return webhook.failure_policy in ("", "Fail")


def _blocked(webhooks: list[Webhook]) -> str:
    """The resources that webhooks see, shortened."""
    kinds = dict.fromkeys(
        resource for each in webhooks if _fails_closed(each) for rule in each.rules for resource in rule.resources
    ) or dict.fromkeys(resource for each in webhooks for rule in each.rules for resource in rule.resources)
    named = ["all resources" if each.startswith("*") else each for each in kinds][:_MAX_KINDS]
    return ", ".join(dict.fromkeys(named)) or "no resources"


def bad_bundle(inventory: Inventory) -> Iterator[Finding]:
    """CA bundles that cannot verify anybody: not PEM, or all certificates expired; empty ones are suspicious."""
    for found in configurations(inventory):
        for webhook in found.webhooks:
            problem = _bundle_problem(inventory, webhook)
            if problem is not None:
                yield _bundle_finding(found, webhook, *problem)
                break


def _bundle_problem(inventory: Inventory, webhook: Webhook) -> tuple[Text, float] | None:
    config = webhook.client_config
    if config.service is None:
        return None
    if not config.ca_bundle:
        return Text("its CA bundle is empty", "其 CA 证书包为空"), 0.4
    pem = decode_bundle(config.ca_bundle)
    if pem is not None and is_too_large(pem):
        return None
    found = validities(pem) if pem else None
    if found is None:
        return Text("its CA bundle holds no readable certificate", "其 CA 证书包中没有可读取的证书"), 0.6
    last = expired(found, inventory.now)
    if last is None:
        return None
    day = f"{last.not_after:%Y-%m-%d}"
    return Text(f"its CA certificate expired on {day}", f"其 CA 证书已于 {day} 过期"), 0.85


def _bundle_finding(found: Configuration, webhook: Webhook, text: Text, strength: float) -> Finding:
    sure = strength > 0.5 and _fails_closed(webhook)
    return Finding(
        "webhooks/bad-bundle",
        found.ref,
        Text(
            f"Webhook {webhook.name} of {found.ref} cannot verify its server: {text.en}",
            f"{found.ref} 的 Webhook {webhook.name} 无法验证服务端:{text.zh}",
        ),
        Severity.ERROR if sure else Severity.WARNING,
        Status.ACTIVE if sure else Status.LATENT,
        claims=(Claim("webhook-certificate-invalid", found.ref, strength),),
        facts=(fact(found, f".webhooks[{webhook.name}].clientConfig.caBundle", text.en),),
    )


_SYSTEM = "kube-system"


def broad(inventory: Inventory) -> Iterator[Finding]:
    """Fail-closed webhooks that see the pods of kube-system too: their failure can stop the whole cluster."""
    for found in configurations(inventory):
        wide = [each for each in found.webhooks if _sees_system_pods(each)]
        if wide:
            yield Finding(
                "webhooks/broad",
                found.ref,
                Text(
                    f"{found.ref} fails closed for pods of every namespace, {_SYSTEM} included",
                    f"{found.ref} 对所有命名空间(包括 {_SYSTEM})的 Pod 采用失败即拒绝策略",
                ),
                Severity.INFO,
                Status.LATENT,
                facts=(fact(found, f".webhooks[{wide[0].name}].namespaceSelector", "matches every namespace"),),
            )


def _sees_system_pods(webhook: Webhook) -> bool:
    selector = webhook.namespace_selector
    narrow = selector is not None and (selector.match_labels or selector.match_expressions)
    objects = webhook.object_selector
    narrow = narrow or (objects is not None and bool(objects.match_labels or objects.match_expressions))
    if narrow or not _fails_closed(webhook):
        return False
    return any(
        {"CREATE", "*"} & set(rule.operations) and {"pods", "*", "*/*"} & set(rule.resources)
        for rule in webhook.rules
    )


DETECTORS = (unreachable, bad_bundle, broad, *_webhook_calls.DETECTORS)
