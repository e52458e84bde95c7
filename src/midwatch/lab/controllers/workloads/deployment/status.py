"""The status of a Deployment and what it says about a rollout.

Source: kubernetes/pkg/controller/deployment/sync.go (calculateStatus), progress.go (syncRolloutStatus).
"""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.lab.controllers.workloads.deployment.conditions import (
    AVAILABLE,
    FAILURE,
    PROGRESSING,
    find,
    put,
    updated_at,
    without,
)
from midwatch.lab.controllers.workloads.deployment.reading import (
    actual,
    deadline,
    max_unavailable,
    replicas,
    total,
)
from midwatch.lab.core.objects import Obj, condition_of, meta, name_of, status


def deployment_status(deployment: Obj, sets: Sequence[Obj], new: Obj | None, now: float) -> Obj:
    """Counts over all its ReplicaSets, and whether enough pods are available."""
    available = actual(sets, "availableReplicas")
    counts = {
        "observedGeneration": meta(deployment).get("generation", 0),
        "replicas": actual(sets),
        "updatedReplicas": actual([new] if new is not None else []),
        "readyReplicas": actual(sets, "readyReplicas"),
        "availableReplicas": available,
        "unavailableReplicas": max(total(sets) - available, 0),
        "collisionCount": status(deployment).get("collisionCount", 0),
    }
    conditions: list[Obj] = list(status(deployment).get("conditions") or ())
    if available >= replicas(deployment) - max_unavailable(deployment):
        text = "Deployment has minimum availability."
        conditions = put(conditions, AVAILABLE, "True", "MinimumReplicasAvailable", text, now)
    else:
        text = "Deployment does not have minimum availability."
        conditions = put(conditions, AVAILABLE, "False", "MinimumReplicasUnavailable", text, now)
    return {**{key: value for key, value in counts.items() if value}, "conditions": conditions}


def rollout_status(deployment: Obj, sets: Sequence[Obj], new: Obj | None, now: float) -> Obj:
    """The status with the Progressing condition, which knows progress, completion and a missed deadline."""
    wanted = deployment_status(deployment, sets, new, now)
    conditions: list[Obj] = wanted["conditions"]
    current = condition_of(deployment, PROGRESSING)
    if deadline(deployment) is None:
        conditions = without(conditions, PROGRESSING)
    elif not _settled(wanted, current):
        conditions = _progress(deployment, wanted, current, new, now)
    return {**wanted, "conditions": _failures(conditions, sets, new, now)}


def is_complete(deployment: Obj, wanted: Obj) -> bool:
    """Whether all replicas are of the new revision and available, and no others are left."""
    count = replicas(deployment)
    return all(
        wanted.get(key, 0) == count for key in ("updatedReplicas", "replicas", "availableReplicas")
    ) and wanted.get("observedGeneration", 0) >= meta(deployment).get("generation", 0)


def _settled(wanted: Obj, current: Obj | None) -> bool:
    """Whether a rollout completed before: then nothing is estimated any more."""
    done = current is not None and current.get("reason") == "NewReplicaSetAvailable"
    return done and wanted.get("replicas", 0) == wanted.get("updatedReplicas", 0)


def _progress(deployment: Obj, wanted: Obj, current: Obj | None, new: Obj | None, now: float) -> list[Obj]:
    conditions: list[Obj] = wanted["conditions"]
    who = f'ReplicaSet "{name_of(new)}"' if new is not None else f'Deployment "{name_of(deployment)}"'
    if is_complete(deployment, wanted):
        text = f"{who} has successfully progressed."
        return put(conditions, PROGRESSING, "True", "NewReplicaSetAvailable", text, now)
    if _progresses(status(deployment), wanted):
        found = put([], PROGRESSING, "True", "ReplicaSetUpdated", f"{who} is progressing.", now)[0]
        if current is not None and current["status"] == "True":
            found = {**found, "lastTransitionTime": current["lastTransitionTime"]}
        return [*without(conditions, PROGRESSING), found]
    if _timed_out(deployment, conditions, now):
        text = f"{who} has timed out progressing."
        return put(conditions, PROGRESSING, "False", "ProgressDeadlineExceeded", text, now)
    return conditions


def _progresses(before: Obj, after: Obj) -> bool:
    old = before.get("replicas", 0) - before.get("updatedReplicas", 0)
    new = after.get("replicas", 0) - after.get("updatedReplicas", 0)
    more = ("updatedReplicas", "readyReplicas", "availableReplicas")
    return new < old or any(after.get(key, 0) > before.get(key, 0) for key in more)


def _timed_out(deployment: Obj, conditions: Sequence[Obj], now: float) -> bool:
    current, limit = find(conditions, PROGRESSING), deadline(deployment)
    if current is None or limit is None or current.get("reason") == "NewReplicaSetAvailable":
        return False
    return current.get("reason") == "ProgressDeadlineExceeded" or updated_at(current) + limit < now


def _failures(conditions: Sequence[Obj], sets: Sequence[Obj], new: Obj | None, now: float) -> list[Obj]:
    """The failure of the new ReplicaSet, else of any, becomes the Deployment's."""
    for each in ([new] if new is not None else []) + list(sets):
        found = condition_of(each, FAILURE)
        if found is not None:
            return put(
                conditions, FAILURE, found["status"], found.get("reason", ""), found.get("message", ""), now
            )
    return without(conditions, FAILURE)
