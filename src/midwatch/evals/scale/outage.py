"""A node whose kubelet stopped reporting, and what the node controller makes of it before it evicts pods."""

from __future__ import annotations

from datetime import datetime, timedelta

from midwatch.evals.scale.cluster import Cluster
from midwatch.evals.scale.reconcile import changed
from midwatch.evals.synthetic.events import event
from midwatch.evals.synthetic.values import Obj, name_of, part, parts, stamp, stamp_micro, text

_SILENT = "Kubelet stopped posting node status."


def node_down(cluster: Cluster, node: Obj) -> Cluster:
    """The node is unreachable since four minutes: its pods count as not ready and are not yet replaced."""
    name, beat = name_of(node), cluster.now - timedelta(minutes=4, seconds=45)
    noticed = beat + timedelta(seconds=45)
    lease = cluster.get("Lease", "kube-node-lease", name)
    lease = lease | {"spec": part(lease, "spec") | {"renewTime": stamp_micro(beat)}}
    hit = [_not_ready(each, noticed) for each in cluster.all("Pod") if text(each, "spec", "nodeName") == name]
    source = "node-controller"
    told = event(node, "NodeNotReady", f"Node {name} status is now: NodeNotReady", last=noticed, source=source)
    warned = [
        event(each, "NodeNotReady", "Node is not ready", last=noticed, warning=True, source=source) for each in hit
    ]
    return changed(cluster, [_unknown(node, beat, noticed), lease, told, *hit, *warned])


def _unknown(node: Obj, beat: datetime, noticed: datetime) -> Obj:
    taints = [
        {"key": "node.kubernetes.io/unreachable", "effect": effect, "timeAdded": stamp(noticed)}
        for effect in ("NoSchedule", "NoExecute")
    ]
    lost = {"status": "Unknown", "reason": "NodeStatusUnknown", "message": _SILENT}
    times = {"lastHeartbeatTime": stamp(beat), "lastTransitionTime": stamp(noticed)}
    conditions = [
        each if each["type"] == "NetworkUnavailable" else each | lost | times
        for each in parts(part(node, "status"), "conditions")
    ]
    return node | {
        "spec": part(node, "spec") | {"taints": taints},
        "status": part(node, "status") | {"conditions": conditions},
    }


def _not_ready(pod: Obj, noticed: datetime) -> Obj:
    conditions = [
        each | {"status": "False", "lastTransitionTime": stamp(noticed)} if each["type"] == "Ready" else each
        for each in parts(part(pod, "status"), "conditions")
    ]
    return pod | {"status": part(pod, "status") | {"conditions": conditions}}
