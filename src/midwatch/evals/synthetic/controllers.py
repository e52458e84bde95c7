"""Let the controllers catch up after pods or Services were changed by hand: endpoints and counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from midwatch.evals.synthetic.network import is_ready, settle
from midwatch.evals.synthetic.values import Obj, name_of, namespace_of, part, parts, stamp

_DERIVED = ("Endpoints", "EndpointSlice")


def caught_up(objects: Sequence[Obj], now: datetime) -> list[Obj]:
    """The objects with the endpoints and counts that follow from their pods."""
    return _counted(_settled(objects), now)


def identity(found: Obj) -> tuple[str, str, str]:
    """Kind, namespace and name."""
    return str(found["kind"]), namespace_of(found), name_of(found)


def _settled(objects: Sequence[Obj]) -> list[Obj]:
    derived = settle(objects)
    again = {identity(each) for each in derived}
    return [each for each in objects if each["kind"] not in _DERIVED or identity(each) not in again] + derived


def _counted(objects: Sequence[Obj], now: datetime) -> list[Obj]:
    """Workloads with the counts that follow from their pods."""
    owned = _tally(objects, "Pod")
    sets = [_set_counted(each, owned) for each in objects]
    above = _tally(sets, "ReplicaSet")
    return [_deployment_counted(each, above, now) if each["kind"] == "Deployment" else each for each in sets]


def _tally(objects: Iterable[Obj], kind: str) -> dict[object, tuple[int, int]]:
    """Number of pods, and of ready ones, by the UID of the owner of a pod or ReplicaSet."""
    found: dict[object, tuple[int, int]] = {}
    for each in objects:
        if each["kind"] != kind or (kind == "Pod" and not _active(each)):
            continue
        counts = (1, int(is_ready(each))) if kind == "Pod" else _counts(each)
        for owner in parts(part(each, "metadata"), "ownerReferences"):
            total, ready = found.get(owner["uid"], (0, 0))
            found[owner["uid"]] = total + counts[0], ready + counts[1]
    return found


def _active(pod: Obj) -> bool:
    """Controllers count neither pods that ended nor pods that are being deleted."""
    ended = part(pod, "status")["phase"] in ("Succeeded", "Failed")
    return not ended and "deletionTimestamp" not in part(pod, "metadata")


def _counts(found: Obj) -> tuple[int, int]:
    status = part(found, "status")
    return int(str(status["replicas"])), int(str(status["readyReplicas"]))


def _set_counted(found: Obj, owned: dict[object, tuple[int, int]]) -> Obj:
    total, ready = owned.get(part(found, "metadata").get("uid"), (0, 0))
    match found["kind"]:
        case "ReplicaSet" | "StatefulSet":
            own: Obj = {"replicas": total, "readyReplicas": ready, "availableReplicas": ready}
        case "DaemonSet":
            own = {"currentNumberScheduled": total, "numberReady": ready, "numberAvailable": ready}
            if total > ready:
                own["numberUnavailable"] = total - ready
        case _:
            return found
    return found | {"status": part(found, "status") | own}


def _deployment_counted(found: Obj, above: dict[object, tuple[int, int]], now: datetime) -> Obj:
    total, ready = above.get(part(found, "metadata")["uid"], (0, 0))
    status, wanted = part(found, "status"), int(str(part(found, "spec")["replicas"]))
    if (status.get("replicas", 0), status.get("readyReplicas", 0)) == (total, ready):
        return found
    own: Obj = {"replicas": total, "readyReplicas": ready, "availableReplicas": ready}
    own["unavailableReplicas"] = max(0, max(total, wanted) - ready)
    conditions = parts(status, "conditions")
    if ready < wanted - wanted // 4:
        conditions = [_unavailable(each, now) if each["type"] == "Available" else each for each in conditions]
    return found | {"status": status | own | {"conditions": conditions}}


def _unavailable(found: Obj, now: datetime) -> Obj:
    at = stamp(now)
    return found | {
        "status": "False",
        "reason": "MinimumReplicasUnavailable",
        "message": "Deployment does not have minimum availability.",
        "lastUpdateTime": at,
        "lastTransitionTime": at,
    }
