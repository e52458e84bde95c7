"""What a Deployment and its ReplicaSets say, with the API's defaults.

Source: kubernetes/pkg/controller/deployment/util/deployment_util.go.
"""

from __future__ import annotations

from collections.abc import Iterable

from midwatch.lab.controllers.workloads.shared.bounds import fenceposts
from midwatch.lab.core.objects import Obj, annotations_of, labels_of, meta, name_of, spec, status

HASH = "pod-template-hash"
REVISION = "deployment.kubernetes.io/revision"
HISTORY = "deployment.kubernetes.io/revision-history"
DESIRED = "deployment.kubernetes.io/desired-replicas"
MAXIMUM = "deployment.kubernetes.io/max-replicas"
_NEVER = 2**31 - 1


def replicas(found: Obj) -> int:
    """Replicas wanted of a Deployment or a ReplicaSet; one by default."""
    wanted: int | None = spec(found).get("replicas")
    return 1 if wanted is None else wanted


def total(sets: Iterable[Obj]) -> int:
    """Replicas wanted of several."""
    return sum(map(replicas, sets))


def actual(sets: Iterable[Obj], field: str = "replicas") -> int:
    """Replicas that are there of several, or another count of their status."""
    return sum(int(status(each).get(field) or 0) for each in sets)


def rolls(deployment: Obj) -> bool:
    """Whether it replaces pods step by step."""
    strategy: Obj = spec(deployment).get("strategy") or {}
    return strategy.get("type", "RollingUpdate") == "RollingUpdate"


def surge_and_unavailable(deployment: Obj) -> tuple[int, int]:
    """(maxSurge, maxUnavailable) in pods; none of either when it recreates."""
    if not rolls(deployment):
        return 0, 0
    strategy: Obj = spec(deployment).get("strategy") or {}
    rolling: Obj = strategy.get("rollingUpdate") or {}
    return fenceposts(rolling.get("maxSurge"), rolling.get("maxUnavailable"), replicas(deployment))


def max_unavailable(deployment: Obj) -> int:
    """How many pods may be missing: never more than there are."""
    wanted = replicas(deployment)
    return 0 if wanted == 0 else min(surge_and_unavailable(deployment)[1], wanted)


def deadline(deployment: Obj) -> int | None:
    """Seconds within which a rollout must make progress; None when there is no deadline."""
    found: int | None = spec(deployment).get("progressDeadlineSeconds", 600)
    return None if found is None or found >= _NEVER else found


def history_limit(deployment: Obj) -> int | None:
    """How many old ReplicaSets are kept; None for all."""
    found: int | None = spec(deployment).get("revisionHistoryLimit", 10)
    return None if found is None or found >= _NEVER else found


def revision_of(found: Obj) -> int:
    """The revision that an annotation states; 0 without one."""
    text = annotations_of(found).get(REVISION, "")
    return int(text) if text.isascii() and text.isdigit() else 0


def same_template(deployment: Obj, replica_set: Obj) -> bool:
    """Whether a ReplicaSet's pods are what the Deployment wants, the hash label aside."""
    wanted: Obj = spec(deployment).get("template") or {}
    found: Obj = spec(replica_set).get("template") or {}
    if spec(wanted) != spec(found):
        return False
    return _plain(meta(wanted)) == _plain(meta(found))


def _plain(head: Obj) -> Obj:
    labels = {key: value for key, value in labels_of({"metadata": head}).items() if key != HASH}
    rest = {key: value for key, value in head.items() if key not in ("labels", "creationTimestamp") and value}
    return {**rest, "labels": labels}


def is_saturated(deployment: Obj, new: Obj | None) -> bool:
    """Whether the new ReplicaSet has all replicas, and all are available."""
    if new is None:
        return False
    text = annotations_of(new).get(DESIRED, "")
    wanted = replicas(deployment)
    return replicas(new) == wanted and text == str(wanted) and actual([new], "availableReplicas") == wanted


def oldest_first(sets: Iterable[Obj]) -> list[Obj]:
    """By age, then by name."""
    return sorted(sets, key=lambda each: (meta(each)["creationTimestamp"], name_of(each)))
