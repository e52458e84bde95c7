"""How well a cluster is, told from its state and from how its clients fare; what got worse between two looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from midwatch.lab.cluster import Cluster
from midwatch.lab.core.objects import (
    Obj,
    condition_of,
    controller_of,
    is_deleted,
    parts,
    ref_of,
    spec,
    status,
)

_WINDOW = 120.0
_MARGIN = 0.02
_SLOWER = 1.5
_PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class Wellness:
    """How well each thing is: `shares` from 0 (not at all) to 1; `seconds` that requests of clients take."""

    shares: Mapping[str, float]
    seconds: Mapping[str, float]


def wellness_of(cluster: Cluster) -> Wellness:
    """Workloads, nodes, claims, further objects with a state, components, and every client's last two minutes."""
    shares = {str(ref_of(each)): judge(each) for kind, judge in _JUDGES.items() for each in _all(cluster, kind)}
    shares |= {each.name: float(each.running) for each in cluster.env.components}
    seconds: dict[str, float] = {}
    for client in cluster.env.world.clients:
        health = cluster.traffic.health(client.name, _WINDOW)
        if health.rps > 0:
            shares[f"requests of {client.name}"] = health.success
            seconds[f"latency of {client.name}"] = health.seconds
    return Wellness(shares, seconds)


def worse(before: Wellness, after: Wellness) -> tuple[str, ...]:
    """What is worse than it was, by name; also what is no longer there."""
    return tuple(sorted(_worse(before, after)))


def _worse(before: Wellness, after: Wellness) -> Iterator[str]:
    for name, share in before.shares.items():
        if share - after.shares.get(name, 0.0) > _MARGIN:
            yield name
    for name, seconds in before.seconds.items():
        if after.seconds.get(name, 0.0) > _SLOWER * seconds + _PAUSE:
            yield name


def _all(cluster: Cluster, kind: str) -> list[Obj]:
    """All of a kind, without Jobs of CronJobs, which come and go."""
    found = cluster.env.kinds.named(kind)
    every = cluster.env.store.list(found) if found else ()
    return [each for each in every if kind != "Job" or controller_of(each) is None]


def _replicas(found: Obj) -> float:
    """Scaled to zero is not well: removing what fails is no repair."""
    wanted = spec(found).get("replicas", 1)
    have = min(status(found).get("availableReplicas", 0), status(found).get("updatedReplicas", 0))
    return min(1.0, have / max(1, wanted))


def _daemons(found: Obj) -> float:
    wanted = status(found).get("desiredNumberScheduled", 0)
    return min(1.0, status(found).get("numberAvailable", 0) / wanted) if wanted else 0.0


def _node(found: Obj) -> float:
    pressed = any(
        each.get("status") == "True" for each in parts(found, "status", "conditions") if each["type"] != "Ready"
    )
    return float(_is_true(found, "Ready") and not pressed and not spec(found).get("unschedulable"))


def _is_true(found: Obj, condition: str) -> bool:
    return (condition_of(found, condition) or {}).get("status") == "True"


def _bound(found: Obj) -> float:
    return float(status(found).get("phase") == "Bound" and not is_deleted(found))


def _scaling(found: Obj) -> float:
    limited = condition_of(found, "ScalingLimited") or {}
    short = limited.get("status") == "True" and limited.get("reason") == "TooManyReplicas"
    return float(_is_true(found, "ScalingActive") and not short)


def _cron(found: Obj) -> float:
    return float(not spec(found).get("suspend"))


def _job(found: Obj) -> float:
    return float(not _is_true(found, "Failed"))


def _exposed(found: Obj) -> float:
    waits = spec(found).get("type") == "LoadBalancer" and not parts(found, "status", "loadBalancer", "ingress")
    return float(not waits and not is_deleted(found))


def _kept(found: Obj) -> float:
    return float(not is_deleted(found))


_JUDGES: Mapping[str, Callable[[Obj], float]] = {
    "Deployment": _replicas,
    "StatefulSet": _replicas,
    "DaemonSet": _daemons,
    "Node": _node,
    "PersistentVolumeClaim": _bound,
    "HorizontalPodAutoscaler": _scaling,
    "CronJob": _cron,
    "Job": _job,
    "Service": _exposed,
    "Namespace": _kept,
}
