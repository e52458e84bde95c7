"""conditions: delivery by Flux and Argo CD, whose failures have causes of their own.

Sources: fluxcd.io/flux/components (conditions), argo-cd.readthedocs.io/en/stable/operator-manual/health.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from midwatch.detectors._custom import group_of, text_at
from midwatch.detectors.common import fact
from midwatch.domain.finding import Claim, Finding, Severity
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.meta import Condition, CustomResource
from midwatch.domain.text import Text

_FLUX_SOURCES = ("GitRepository", "OCIRepository", "HelmRepository", "HelmChart", "Bucket", "ExternalArtifact")
_MAX_ERRORS = 3


def kind_cause(found: CustomResource, said: Condition) -> tuple[str, float] | None:
    """The cause of an unhealthy object of Flux; None for other kinds. A dependency that waits is a consequence."""
    group = group_of(found)
    if not group.endswith("toolkit.fluxcd.io"):
        return None
    if "dependency" in said.message[:400].lower() or said.reason == "DependencyNotReady":
        return "custom-resource-not-ready", 0.3
    if found.kind == "HelmRelease":
        return "helm-release-failed", 0.8
    if found.kind == "Kustomization" or found.kind in _FLUX_SOURCES:
        return "gitops-sync-failed", 0.5 if said.reason == "HealthCheckFailed" else 0.8
    return None


def is_application(found: CustomResource) -> bool:
    """Whether an object is an Application of Argo CD."""
    return found.kind == "Application" and group_of(found) in ("argoproj.io", "")


def argo_applications(inventory: Inventory) -> Iterator[Finding]:
    """Applications that could not be synced or compared, or that are degraded."""
    for found in inventory.custom:
        if is_application(found) and not found.metadata.deletion_timestamp:
            yield from _application(found)


def _application(found: CustomResource) -> Iterator[Finding]:
    phase = text_at(found.status, "operationState", "phase")
    health = text_at(found.status, "health", "status")
    errors = _errors(found)
    if phase in ("Failed", "Error") or errors:
        said = text_at(found.status, "operationState", "message") if phase in ("Failed", "Error") else errors[0]
        yield _failing(
            found, "sync-failed", f"{phase or 'error'}: {said}", Claim("gitops-sync-failed", found.ref, 0.8)
        )
    elif health in ("Degraded", "Missing"):
        said = text_at(found.status, "health", "message")
        claim = Claim("custom-resource-not-ready", found.ref, 0.35)
        yield _failing(found, "application-degraded", f"{health} {said}".strip(), claim)
    elif text_at(found.status, "sync", "status") == "OutOfSync":
        yield _out_of_sync(found)


def _errors(found: CustomResource) -> list[str]:
    """Conditions of Argo CD have no status: being there is bad when the type ends in Error."""
    raw = found.status.get("conditions")
    entries = cast("list[object]", raw) if isinstance(raw, list) else []
    said: list[str] = []
    for each in entries[:20]:
        entry = cast("dict[str, object]", each) if isinstance(each, dict) else {}
        kind = text_at(entry, "type")
        if kind.endswith("Error"):
            said.append(f"{kind}: {text_at(entry, 'message')}")
    return said[:_MAX_ERRORS]


def _failing(found: CustomResource, rule: str, why: str, claim: Claim) -> Finding:
    return Finding(
        f"conditions/{rule}",
        found.ref,
        Text(f"{found.ref} is not in order: {why[:240]}", f"{found.ref} 状态异常:{why[:240]}"),
        Severity.ERROR,
        claims=(claim,),
        facts=(fact(found, ".status", why),),
    )


def _out_of_sync(found: CustomResource) -> Finding:
    revision = text_at(found.status, "sync", "revision")
    return Finding(
        "conditions/out-of-sync",
        found.ref,
        Text(f"{found.ref} differs from its source {revision}", f"{found.ref} 与其来源 {revision} 不一致"),
        Severity.INFO,
        facts=(fact(found, ".status.sync.status", "OutOfSync"),),
    )


DETECTORS = (argo_applications,)
