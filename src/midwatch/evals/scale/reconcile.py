"""Let the controllers catch up after pods or Services of a cluster were changed by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from midwatch.evals.scale.cluster import Cluster, cluster_of
from midwatch.evals.synthetic.network import is_ready, settle
from midwatch.evals.synthetic.values import Obj, labels_of, name_of, namespace_of, part, parts, stamp

_DERIVED = ("Endpoints", "EndpointSlice")


def changed(cluster: Cluster, new: Iterable[Obj], gone: Iterable[Obj] = ()) -> Cluster:
    """The cluster with objects replaced, added and removed, and what controllers derive from them."""
    replaced = {identity(each): each for each in new}
    dropped = {identity(each) for each in gone}
    objects: list[Obj] = []
    for found in cluster.objects.values():
        for each in found:
            key = identity(each)
            if key not in dropped:
                objects.append(replaced.pop(key, each))
    objects.extend(replaced.values())
    return cluster_of(_counted(_settled(objects), cluster), cluster.now)


def identity(found: Obj) -> tuple[str, str, str]:
    """Kind, namespace and name."""
    return str(found["kind"]), namespace_of(found), name_of(found)


def _settled(objects: Sequence[Obj]) -> list[Obj]:
    derived = settle(objects)
    again = {identity(each) for each in derived}
    return [each for each in objects if each["kind"] not in _DERIVED or identity(each) not in again] + derived


def _counted(objects: Sequence[Obj], cluster: Cluster) -> list[Obj]:
    """Workloads with the counts that follow from their pods."""
    owned = _tally(objects, "Pod")
    sets = [_set_counted(each, owned) for each in objects]
    above = _tally(sets, "ReplicaSet")
    return [_deployment_counted(each, above, cluster) if each["kind"] == "Deployment" else each for each in sets]


def _tally(objects: Iterable[Obj], kind: str) -> dict[object, tuple[int, int]]:
    """Number of pods, and of ready ones, by the UID of the owner of a pod or ReplicaSet."""
    found: dict[object, tuple[int, int]] = {}
    for each in objects:
        if each["kind"] != kind:
            continue
        counts = (1, int(is_ready(each))) if kind == "Pod" else _counts(each)
        for owner in parts(part(each, "metadata"), "ownerReferences"):
            total, ready = found.get(owner["uid"], (0, 0))
            found[owner["uid"]] = total + counts[0], ready + counts[1]
    return found


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


def _deployment_counted(found: Obj, above: dict[object, tuple[int, int]], cluster: Cluster) -> Obj:
    total, ready = above.get(part(found, "metadata")["uid"], (0, 0))
    status, wanted = part(found, "status"), int(str(part(found, "spec")["replicas"]))
    if (status.get("replicas"), status.get("readyReplicas")) == (total, ready):
        return found
    own: Obj = {"replicas": total, "readyReplicas": ready, "availableReplicas": ready}
    own["unavailableReplicas"] = max(0, max(total, wanted) - ready)
    conditions = parts(status, "conditions")
    if ready < wanted - wanted // 4:
        conditions = [_unavailable(each, cluster) if each["type"] == "Available" else each for each in conditions]
    return found | {"status": status | own | {"conditions": conditions}}


def _unavailable(found: Obj, cluster: Cluster) -> Obj:
    at = stamp(cluster.now)
    return found | {
        "status": "False",
        "reason": "MinimumReplicasUnavailable",
        "message": "Deployment does not have minimum availability.",
        "lastUpdateTime": at,
        "lastTransitionTime": at,
    }


def pods_of(cluster: Cluster, namespace: str, app: str) -> list[Obj]:
    """The pods of an application."""
    return [
        each
        for each in cluster.all("Pod")
        if namespace_of(each) == namespace and labels_of(each).get("app") == app
    ]
