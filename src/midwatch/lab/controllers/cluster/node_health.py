"""What a node's silence and its conditions mean: unknown conditions, taints.

Source: kubernetes/pkg/controller/nodelifecycle/node_lifecycle_controller.go (tryUpdateNodeHealth,
doNoScheduleTaintingPass).
"""

from __future__ import annotations

from midwatch.lab.core.kinds import LEASE
from midwatch.lab.core.objects import (
    Obj,
    condition_of,
    created_at,
    name_of,
    parts,
    seconds,
    spec,
    stamp,
    status,
    with_spec,
    with_status,
)
from midwatch.lab.core.store import Store

GRACE, STARTUP_GRACE = 50.0, 60.0  # --node-monitor-grace-period (1.32 and later), --node-startup-grace-period
NOT_READY, UNREACHABLE = "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"
_CONDITIONS = ("Ready", "MemoryPressure", "DiskPressure", "PIDPressure")
_PRESSURE = {
    "MemoryPressure": "node.kubernetes.io/memory-pressure",
    "DiskPressure": "node.kubernetes.io/disk-pressure",
    "PIDPressure": "node.kubernetes.io/pid-pressure",
    "NetworkUnavailable": "node.kubernetes.io/network-unavailable",
}
_CORDON = "node.kubernetes.io/unschedulable"
_OWN = frozenset({NOT_READY, UNREACHABLE, _CORDON, *_PRESSURE.values()})


def readiness(node: Obj) -> str:
    """`True`, `False` or `Unknown`; empty before the kubelet said anything."""
    return (condition_of(node, "Ready") or {}).get("status") or ""


def last_sign(store: Store, node: Obj) -> float | None:
    """When the kubelet last renewed its lease or status (epoch seconds); None when it never did."""
    lease = store.get(LEASE, "kube-node-lease", name_of(node))
    renewed = spec(lease or {}).get("renewTime")
    heartbeat = (condition_of(node, "Ready") or {}).get("lastHeartbeatTime")
    found = [seconds(each) for each in (renewed, heartbeat) if each]
    return max(found, default=None)


def is_silent(store: Store, node: Obj, now: float) -> bool:
    """Whether the kubelet has been silent for too long."""
    last = last_sign(store, node)
    return now > created_at(node) + STARTUP_GRACE if last is None else now > last + GRACE


def silenced(node: Obj, now: float) -> Obj:
    """The node with all that its kubelet reports unknown."""
    before = parts(status(node), "conditions")
    found = {each["type"]: each for each in before}
    result = [_unknown(each, now) if each["type"] in _CONDITIONS else each for each in before]
    result += [_never(each, now) for each in _CONDITIONS if each not in found]
    return with_status(node, conditions=result)


def _unknown(condition: Obj, now: float) -> Obj:
    if condition.get("status") == "Unknown":
        return condition
    return {
        **condition,
        "status": "Unknown",
        "reason": "NodeStatusUnknown",
        "message": "Kubelet stopped posting node status.",
        "lastTransitionTime": stamp(now),
    }


def _never(kind: str, now: float) -> Obj:
    return {
        "type": kind,
        "status": "Unknown",
        "reason": "NodeStatusNeverUpdated",
        "message": "Kubelet never posted node status.",
        "lastHeartbeatTime": stamp(now),
        "lastTransitionTime": stamp(now),
    }


def scheduling_taints(node: Obj) -> Obj:
    """The node with the NoSchedule taints that its conditions call for, and no stale ones."""
    wanted = {key for kind, key in _PRESSURE.items() if (condition_of(node, kind) or {}).get("status") == "True"}
    state = readiness(node)
    wanted |= {NOT_READY} if state == "False" else {UNREACHABLE} if state == "Unknown" else set[str]()
    if spec(node).get("unschedulable"):
        wanted.add(_CORDON)
    before = parts(spec(node), "taints")
    kept = [
        each
        for each in before
        if each.get("effect") != "NoSchedule" or each["key"] not in _OWN or each["key"] in wanted
    ]
    have = {each["key"] for each in kept if each.get("effect") == "NoSchedule"}
    return with_taints(node, [*kept, *({"key": key, "effect": "NoSchedule"} for key in sorted(wanted - have))])


def eviction_taint(node: Obj, key: str | None, now: float) -> Obj:
    """The node with just this NoExecute taint of the two that evict (None: with neither)."""
    both = (NOT_READY, UNREACHABLE)
    before = parts(spec(node), "taints")
    kept = [
        each
        for each in before
        if each.get("effect") != "NoExecute" or each["key"] not in both or each["key"] == key
    ]
    if key is not None and not any(each.get("effect") == "NoExecute" and each["key"] == key for each in kept):
        kept = [*kept, {"key": key, "effect": "NoExecute", "timeAdded": stamp(now)}]
    return with_taints(node, kept)


def with_taints(node: Obj, taints: list[Obj]) -> Obj:
    """The node with these taints; itself when they are the same."""
    return node if taints == parts(spec(node), "taints") else with_spec(node, taints=taints or None)
