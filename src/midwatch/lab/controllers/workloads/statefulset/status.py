"""The status of a StatefulSet.

Source: kubernetes/pkg/controller/statefulset/stateful_set_control.go (computeReplicaStatus),
stateful_set_utils.go (completeRollingUpdate).
"""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.lab.controllers.workloads.shared.pods import is_available
from midwatch.lab.controllers.workloads.statefulset.identity import replicas, revision_of
from midwatch.lab.controllers.workloads.statefulset.update import on_delete, runs
from midwatch.lab.core.objects import Obj, is_deleted, meta, spec


def stateful_status(
    found: Obj, pods: Sequence[Obj], current: str, update: str, collisions: int, now: float
) -> Obj:
    """Counts of its pods, by revision; `current` and `update` are revisions' names."""
    wait = int(spec(found).get("minReadySeconds") or 0)
    kept = [revision_of(each) for each in pods if not is_deleted(each)]
    ready = [each for each in pods if runs(each)]
    counts = {
        "readyReplicas": len(ready),
        "currentReplicas": kept.count(current),
        "updatedReplicas": kept.count(update),
    }
    if not on_delete(found) and _is_updated(counts, len(pods), replicas(found)):
        current, counts["currentReplicas"] = update, counts["updatedReplicas"]
    return {
        "observedGeneration": meta(found).get("generation", 0),
        "replicas": len(pods),
        **{key: value for key, value in counts.items() if value},
        "currentRevision": current,
        "updateRevision": update,
        "collisionCount": collisions,
        "availableReplicas": sum(is_available(each, wait, now) for each in ready),
    }


def _is_updated(counts: dict[str, int], total: int, wanted: int) -> bool:
    return counts["updatedReplicas"] == wanted and counts["readyReplicas"] == wanted and total == wanted
