"""Nodes that fail, and one that recovered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from cases.builders.world import NOW, CaseSpec, World, crashed
from midwatch.domain.resource import Ref
from midwatch.evals.synthetic.events import event
from midwatch.evals.synthetic.pods import Life, Place, pod_status
from midwatch.evals.synthetic.values import (
    Obj,
    condition,
    name_of,
    part,
    parts,
    stamp,
    stamp_micro,
    text,
)

_SINCE = NOW - timedelta(minutes=4)
"""Before the pods of a lost node are evicted, which is after five minutes."""
_PRESSED = NOW - timedelta(minutes=17)


def _node(w: World) -> tuple[Obj, Place]:
    place = w.worker(2)
    return w.base("Node", "", place.name), place


def _with_conditions(node: Obj, **changed: tuple[str, str, str]) -> Obj:
    conditions = [
        each
        | {
            "status": (new := changed[str(each["type"])])[0],
            "reason": new[1],
            "message": new[2],
            "lastTransitionTime": stamp(_SINCE),
        }
        if each["type"] in changed
        else each
        for each in parts(part(node, "status"), "conditions")
    ]
    return node | {"status": part(node, "status") | {"conditions": conditions}}


def _tainted(node: Obj, key: str, *effects: str) -> Obj:
    taints = [
        {"key": f"node.kubernetes.io/{key}", "effect": effect, "timeAdded": stamp(_SINCE)} for effect in effects
    ]
    return node | {"spec": part(node, "spec") | {"taints": taints}}


def _not_ready(w: World, place: Place, pods: Iterable[Obj]) -> None:
    """The node controller marks the pods of a lost node as not ready."""
    for each in pods:
        if text(each, "spec", "nodeName") == place.name:
            for found in parts(part(each, "status"), "conditions"):
                if found["type"] == "Ready":
                    found |= {"status": "False", "lastTransitionTime": stamp(_SINCE)}
            source = "node-controller"
            w.events.append(
                event(each, "NodeNotReady", "Node is not ready", last=_SINCE, warning=True, source=source)
            )


def _daemons(w: World, place: Place) -> list[Obj]:
    """Pods of the baseline on a node, copied so that they may be changed."""
    found = [
        each
        for each in w.baseline.values()
        if each["kind"] == "Pod" and text(each, "spec", "nodeName") == place.name
    ]
    return [
        each
        | {
            "status": {
                **part(each, "status"),
                "conditions": [dict(c) for c in parts(part(each, "status"), "conditions")],
            }
        }
        for each in found
    ]


def kubelet(w: World) -> Ref:
    """The kubelet stopped: the lease is stale and every condition is unknown."""
    node, place = _node(w)
    made = w.app("booking", "hotel", 7310, replicas=3)
    if w.broken:
        lost = ("Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.")
        found = _with_conditions(node, Ready=lost, MemoryPressure=lost, DiskPressure=lost, PIDPressure=lost)
        for each in parts(part(found, "status"), "conditions"):
            if each["status"] == "Unknown":
                each["lastHeartbeatTime"] = stamp(_SINCE - timedelta(seconds=48))
        lease = w.base("Lease", "kube-node-lease", place.name)
        renewed = stamp_micro(_SINCE - timedelta(seconds=41))
        w.add(_tainted(found, "unreachable", "NoSchedule", "NoExecute"))
        w.add(lease | {"spec": part(lease, "spec") | {"renewTime": renewed}})
        pods = _daemons(w, place)
        w.add(*pods)
        _not_ready(w, place, [*pods, *made.pods])
        _blind(w)
        told = f"Node {place.name} status is now: NodeNotReady"
        w.events.append(event(node, "NodeNotReady", told, last=_SINCE, source="node-controller"))
    return Ref("Node", "", place.name)


def _blind(w: World) -> None:
    """metrics-server ran on that node."""
    found = w.base("APIService", "", "v1beta1.metrics.k8s.io")
    message = 'endpoints for service/metrics-server in "kube-system" have no addresses with port name "https"'
    down = condition("Available", "False", _SINCE, "MissingEndpoints", message)
    w.add(found | {"status": {"conditions": [down]}})


def runtime(w: World) -> Ref:
    node, place = _node(w)
    why = (
        "[container runtime is down, PLEG is not healthy: pleg was last seen active 6m41s ago; threshold is 3m0s, "
        "container runtime status check may not have completed yet]"
    )
    return _kubelet_says(w, node, place, why)


def cni(w: World) -> Ref:
    node, place = _node(w)
    why = (
        "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady "
        "message:Network plugin "
        "returns error: cni plugin not initialized"
    )
    return _kubelet_says(w, node, place, why)


def _kubelet_says(w: World, node: Obj, place: Place, why: str) -> Ref:
    made = w.app("catalogue", "seeds", 7320, replicas=3)
    if w.broken:
        found = _with_conditions(node, Ready=("False", "KubeletNotReady", why))
        w.add(_tainted(found, "not-ready", "NoSchedule"))
        told = f"Node {place.name} status is now: NodeNotReady"
        w.events.append(event(node, "NodeNotReady", told, last=_SINCE))
        pods = _daemons(w, place)
        w.add(*pods)
        _not_ready(w, place, [*pods, *made.pods])
        _blind(w)
    return Ref("Node", "", place.name)


def memory_pressure(w: World) -> Ref:
    node, place = _node(w)
    _pressed(
        w,
        node,
        place,
        "MemoryPressure",
        "KubeletHasInsufficientMemory",
        "kubelet has insufficient memory available",
        "The node was low on resource: memory. Threshold quantity: 100Mi, available: 71828Ki. ",
    )
    return Ref("Node", "", place.name)


def disk_pressure(w: World) -> Ref:
    node, place = _node(w)
    _pressed(
        w,
        node,
        place,
        "DiskPressure",
        "KubeletHasDiskPressure",
        "kubelet has disk pressure",
        (
            "The node was low on resource: ephemeral-storage. Threshold quantity: 20305656000, available: "
            "17921044Ki. "
        ),
    )
    return Ref("Node", "", place.name)


def _pressed(w: World, node: Obj, place: Place, kind: str, reason: str, message: str, why: str) -> None:
    made = w.app("indexer", "library", 7330, replicas=2)
    if not w.broken:
        return
    found = _with_conditions(node, **{kind: ("True", reason, message)})
    key = {"MemoryPressure": "memory-pressure", "DiskPressure": "disk-pressure"}[kind]
    w.add(_tainted(found, key, "NoSchedule"))
    says = {"MemoryPressure": "NodeHasInsufficientMemory", "DiskPressure": "NodeHasDiskPressure"}[kind]
    w.events.append(event(node, says, f"Node {place.name} status is now: {says}", last=_PRESSED))
    resource_name = "memory" if kind == "MemoryPressure" else "ephemeral-storage"
    w.events.append(
        event(
            node,
            "EvictionThresholdMet",
            f"Attempting to reclaim {resource_name}",
            first=_PRESSED,
            last=NOW - timedelta(seconds=30),
            count=9,
            warning=True,
        )
    )
    sample = made.pods[0]
    for index in range(3):
        at = _PRESSED + timedelta(minutes=3 * index)
        name = f"{name_of(sample)[:-5]}ev{index}xx"
        life = Life(at - timedelta(hours=2), place, phase="Failed", reason="Evicted", message=why)
        gone = sample | {
            "metadata": part(sample, "metadata")
            | {"name": name, "uid": f"0000000{index}-0000-4000-a000-000000000000"},
            "spec": part(sample, "spec") | {"nodeName": place.name},
            "status": pod_status(part(sample, "spec"), life, name),
        }
        w.add(gone)
        w.events.append(event(gone, "Evicted", why, last=at, warning=True))


def recovered_node(w: World) -> Ref:
    """Decoy: a node was not ready an hour ago and is well; the fault is elsewhere."""
    node, place = _node(w)
    ready = NOW - timedelta(minutes=58)
    for reason, at in (("NodeNotReady", ready - timedelta(minutes=4)), ("NodeReady", ready)):
        w.events.append(event(node, reason, f"Node {place.name} status is now: {reason}", last=at))
    conditions = [
        each | _since(ready) if each["type"] == "Ready" else each
        for each in parts(part(node, "status"), "conditions")
    ]
    w.add(node | {"status": part(node, "status") | {"conditions": conditions}})
    made = w.app("tram", "city", 7350, replicas=2, run=crashed("tram", 134, lasted=2) if w.broken else None)
    for each in made.pods if w.broken else ():
        lines = ("tram 1.6.2", "terminate called after throwing an instance of 'std::out_of_range'", "Aborted")
        w.log(each, "tram", *lines)
        w.log(each, "tram", *lines, previous=True)
        w.warn_all([each], "BackOff", "Back-off restarting failed container tram in pod {pod}", count=101)
    return Ref("Deployment", "city", "tram")


def _since(at: datetime) -> Obj:
    return {"lastTransitionTime": stamp(at)}


CASES = (
    CaseSpec(
        "kubelet-unavailable",
        "kubelet-unavailable",
        "The kubelet no longer reports",
        kubelet,
        accept=("node-not-ready",),
    ),
    CaseSpec("container-runtime-unavailable", "container-runtime-unavailable", "The runtime is down", runtime),
    CaseSpec(
        "cni-failing", "cni-failing", "The network plugin is not ready", cni, accept=("node-network-unavailable",)
    ),
    CaseSpec("node-memory-pressure", "node-memory-pressure", "A node is short of memory", memory_pressure),
    CaseSpec("node-disk-pressure", "node-disk-pressure", "A node is short of disk", disk_pressure),
    CaseSpec(
        "application-crash-beside-recovered-node",
        "application-crash",
        "A crash beside a healed node",
        recovered_node,
        repaired=("healthy", "recovered"),
    ),
)
