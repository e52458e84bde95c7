"""conditions: which conditions are good when True, which are bad, and which say nothing by themselves."""

from __future__ import annotations

import re
from dataclasses import dataclass

from midwatch.domain.kube.meta import Condition, CustomResource


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an unhealthy condition means. `rank` 0 is advice, 1 about a part, 2 about the whole, 3 final."""

    name: str
    cause: str
    strength: float
    rank: int


# Types that are False in health are left out on purpose: `Active` (KEDA, Knative), `Progressing`, `Upgradeable`.
_STALLED = Meaning("stalled", "custom-resource-stalled", 0.7, 3)
_NOT_READY = Meaning("not-ready", "custom-resource-not-ready", 0.5, 2)
_PART = Meaning("part-not-ready", "custom-resource-not-ready", 0.35, 1)
_HINT = Meaning("unknown-condition", "", 0.0, 0)

_WHOLE = frozenset(("Ready", "Available", "Healthy", "Succeeded", "Online", "Operational", "Provisioned"))
_PARTS = frozenset(
    (
        *("Accepted", "Applied", "Bound", "Configured", "Connected", "Deployed", "Established", "Fetched"),
        *("Initialized", "Installed", "Programmed", "Reconciled", "Released", "ResolvedRefs", "Scheduled"),
        *("Synced", "TopologyReconciled", "Valid", "Validated", "Verified", "ArtifactInStorage"),
        *("InfrastructureReady", "ControlPlaneReady", "BootstrapReady", "SourceVerified"),
    )
)
_ABNORMAL = frozenset(
    (
        *("Stalled", "Degraded", "Failed", "Failure", "Error", "Errored", "Blocked", "Stuck", "Invalid"),
        *("ReconcileError", "ReconcileFailed", "ReconciliationFailed", "Conflict", "Conflicted"),
        *("Unhealthy", "Unavailable"),
    )
)
_GOOD_ENDING = re.compile(r"(?:Ready|Available|Healthy|Synced|Succeeded|Valid|Accepted|Resolved)$")
_BAD_ENDING = re.compile(r"(?:Error|Errors|Failed|Failure|Degraded|Unhealthy)$")
_BAD_WORDS = re.compile(r"fail|error|invalid|denied|forbidden|not ?found|timeout|unable|cannot", re.IGNORECASE)
_MOVING = re.compile(
    r"progress|pending|creating|initiali[sz]ing|waiting|reconciling|provisioning|starting|scaling|upgrading|"
    r"updating|installing|deploying|dependencynotready",
    re.IGNORECASE,
)
_RUN = re.compile(r"(?:Run|Workflow|Backup|Restore|Task|Job|Migration|Report|Scan)$")


def meaning(said: Condition) -> Meaning | None:
    """What a condition means; None when it is fine or says nothing about health."""
    if said.status == "True":
        return _when_true(said)
    if said.status not in ("False", "Unknown"):
        return None
    if said.type in _WHOLE:
        return _NOT_READY
    if said.type in _PARTS or (_GOOD_ENDING.search(said.type[-40:]) and _sounds_bad(said)):
        return _PART
    return _HINT if said.status == "False" and _sounds_bad(said) and not _is_abnormal(said.type) else None


def _when_true(said: Condition) -> Meaning | None:
    if said.type in _ABNORMAL:
        return _STALLED
    return _PART if _is_abnormal(said.type) else None


def _is_abnormal(kind: str) -> bool:
    """`NoErrors` and the like are good news."""
    return kind in _ABNORMAL or (bool(_BAD_ENDING.search(kind[-40:])) and not kind.startswith(("No", "Not")))


def _sounds_bad(said: Condition) -> bool:
    return bool(_BAD_WORDS.search(said.reason[:200]) or _BAD_WORDS.search(said.message[:500]))


def is_transient(said: Condition) -> bool:
    """Whether the reason says that something is on its way."""
    return bool(_MOVING.search(said.reason[:200])) and not _BAD_WORDS.search(said.reason[:200])


def is_run(found: CustomResource) -> bool:
    """Whether a kind is one that runs once and stays as a record (PipelineRun, Workflow, Backup)."""
    return bool(_RUN.search(found.kind[-40:]))
