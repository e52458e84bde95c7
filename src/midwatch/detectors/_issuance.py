"""certificates: why cert-manager does not issue: requests, ACME orders and challenges, issuers."""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.detectors._ages import changed_at, older_than
from midwatch.detectors._custom import group_of, text_at
from midwatch.detectors.common import condition, fact
from midwatch.domain.finding import Claim, Finding, Severity
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.access import Certificate
from midwatch.domain.kube.meta import CustomResource, KubeObject
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

KINDS = ("CertificateRequest", "Order", "Challenge", "Issuer", "ClusterIssuer")
"""Kinds that are read here, so that the generic rules about conditions need not."""

_GROUPS = ("cert-manager.io", "acme.cert-manager.io", "")
_PATIENCE = 300
_MAX_OWNERS = 4


def is_issuance(found: CustomResource) -> bool:
    """Whether an object is part of cert-manager's issuing."""
    return found.kind in KINDS and group_of(found) in _GROUPS


def failing_issuance(inventory: Inventory) -> Iterator[Finding]:
    """Failed requests, orders and challenges, and issuers that are not ready.

    Source: cert-manager.io/docs/troubleshooting/acme, pkg/apis/acme/v1/types_order.go (states).
    """
    for found in inventory.custom:
        if not is_issuance(found) or found.metadata.deletion_timestamp:
            continue
        why = _why(inventory, found)
        if why:
            yield _finding(inventory, found, why)


def _why(inventory: Inventory, found: CustomResource) -> str:
    if found.kind in ("Order", "Challenge"):
        return _acme(inventory, found)
    ready = condition(found.conditions, "Ready")
    if ready is None or ready.status != "False":
        return ""
    if not older_than(inventory, changed_at(ready), _PATIENCE, unknown=True) and ready.reason == "Pending":
        return ""
    return f"{ready.reason}: {ready.message}"


def _acme(inventory: Inventory, found: CustomResource) -> str:
    state = text_at(found.status, "state")
    reason = text_at(found.status, "reason")
    if state in ("invalid", "errored", "expired"):
        return f"{state}: {reason}"
    late = older_than(inventory, found.metadata.creation_timestamp, _PATIENCE, unknown=False)
    return f"{state}: {reason}" if state == "pending" and reason and late else ""


def _finding(inventory: Inventory, found: CustomResource, why: str) -> Finding:
    issuer = found.kind in ("Issuer", "ClusterIssuer")
    culprit = found.ref if issuer else _certificate(inventory, found)
    return Finding(
        "certificates/issuer-not-ready" if issuer else "certificates/issuance-failing",
        found.ref,
        Text(f"{found.ref} fails: {why[:240]}", f"{found.ref} 失败:{why[:240]}"),
        Severity.ERROR,
        claims=(Claim("issuer-not-ready" if issuer else "certificate-not-issued", culprit, 0.85),),
        facts=(fact(found, ".status", why),),
        affected=() if issuer else (culprit,),
    )


def _certificate(inventory: Inventory, found: KubeObject) -> Ref:
    """The Certificate that an object belongs to; itself when that is not known."""
    current: KubeObject | None = found
    for _ in range(_MAX_OWNERS):
        above = inventory.owner(current) if current is not None else None
        if above is None:
            break
        if above.kind == Certificate.KIND:
            return above
        current = inventory.find(above)
    return found.ref


DETECTORS = (failing_issuance,)
