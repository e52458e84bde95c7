"""nodes: pods that stand still on one node while those of other nodes move: nobody works for them there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from midwatch.detectors._ages import aware, newest, older_than, seconds_between
from midwatch.detectors.common import MAX_FACTS, condition, fact, is_finished, refs
from midwatch.domain.finding import Claim, Finding, Severity
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Event, Lease, Node
from midwatch.domain.kube.containers import ContainerStatus
from midwatch.domain.kube.pods import Pod
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_START = 90
"""Seconds after which a pod given to a node should show a sign of its kubelet."""

_END = 120
"""Seconds a pod may outlive its grace period."""

_LEASES = "kube-node-lease"
_FRESH = 50
"""Seconds without renewal after which Kubernetes calls a node unknown."""

_BY_OTHERS = ("default-scheduler", "node-controller", "taint-eviction-controller", "attachdetach-controller")


def standstill(inventory: Inventory) -> Iterator[Finding]:
    """Pods on one node that neither start nor end, without any sign of the kubelet, while the node says Ready.

    Source: pkg/kubelet/kubelet.go: the kubelet writes the status and an event for each step of a pod it syncs. One
    that renews its lease lives: then the pods wait for something else, such as a volume.
    """
    stuck = {name: _stuck(inventory, pods) for name, pods in inventory.pods_by_node.items() if name}
    bad = [name for name, pods in stuck.items() if pods]
    for name in bad:
        others = [other for other in stuck if other != name]
        silent = _says_ready(inventory, name) and not renews_lease(inventory, name)
        if silent and any(not stuck[other] for other in others):
            yield _finding(inventory, name, stuck[name])


def _says_ready(inventory: Inventory, name: str) -> bool:
    node = inventory.get(Node, "", name)
    ready = condition(node.status.conditions, "Ready") if node else None
    return ready is None or ready.status == "True"


def renews_lease(inventory: Inventory, name: str) -> bool:
    """Whether the kubelet of a node renewed its lease lately, measured by the freshest lease of the survey."""
    lease = inventory.get(Lease, _LEASES, name)
    newest_lease = newest(each.spec.renew_time for each in inventory.all(Lease) if each.namespace == _LEASES)
    if lease is None or lease.spec.renew_time is None or newest_lease is None:
        return False
    alone = newest_lease == aware(lease.spec.renew_time)
    behind = seconds_between(newest_lease, lease.spec.renew_time)
    return behind <= _FRESH and (
        not alone or not older_than(inventory, lease.spec.renew_time, _FRESH, unknown=False)
    )


def _stuck(inventory: Inventory, pods: Sequence[Pod]) -> list[Pod]:
    return [each for each in pods if _neither_starts(inventory, each) or _does_not_end(inventory, each)]


def _neither_starts(inventory: Inventory, pod: Pod) -> bool:
    if pod.status.phase != "Pending" or pod.metadata.deletion_timestamp or pod.status.init_container_statuses:
        return False
    begun = any(_has_begun(each) for each in pod.status.container_statuses)
    since = pod.status.start_time or _scheduled_at(pod)
    return not begun and older_than(inventory, since, _START, unknown=False) and not _kubelet_spoke(inventory, pod)


def _has_begun(status: ContainerStatus) -> bool:
    waiting = status.state.waiting
    if waiting is None:
        return status.state.running is not None or status.state.terminated is not None
    return waiting.reason not in ("", "ContainerCreating", "PodInitializing")


def _scheduled_at(pod: Pod) -> datetime | None:
    scheduled = condition(pod.status.conditions, "PodScheduled")
    if scheduled is not None and scheduled.last_transition_time is not None:
        return scheduled.last_transition_time
    return pod.metadata.creation_timestamp


def _kubelet_spoke(inventory: Inventory, pod: Pod) -> bool:
    """An event by anybody but the control plane: the kubelet of the node is at work, whatever else is wrong.

    A warning by a controller, such as that a volume cannot be attached, tells what the pod waits for.
    """
    return any(_by_kubelet(event) or _holds_back(event) for event in inventory.events(pod.ref))


def _holds_back(event: Event) -> bool:
    return event.type == "Warning" and event.reason in ("FailedAttachVolume", "FailedMount", "FailedMapVolume")


def _by_kubelet(event: Event) -> bool:
    if event.component:
        return event.component not in _BY_OTHERS
    return event.reason not in ("Scheduled", "FailedScheduling", "NodeNotReady", "TaintManagerEviction")


def _does_not_end(inventory: Inventory, pod: Pod) -> bool:
    gone = pod.metadata.deletion_timestamp
    if gone is None or pod.metadata.finalizers or is_finished(pod):
        return False
    return older_than(inventory, gone, _END, unknown=False) and not _kubelet_spoke(inventory, pod)


def _finding(inventory: Inventory, name: str, pods: list[Pod]) -> Finding:
    node = Ref("Node", "", name)
    workloads = {inventory.workload(each) for each in pods}
    sure = len(workloads) > 1
    return Finding(
        "nodes/standstill",
        node,
        Text(
            f"{len(pods)} pods on node {name} neither start nor end, and its kubelet says nothing about them",
            f"节点 {name} 上有 {len(pods)} 个 Pod 既不启动也不结束,且其 kubelet 没有任何反馈",
        ),
        Severity.ERROR if sure else Severity.WARNING,
        claims=(
            Claim("kubelet-unavailable", node, 0.6 if sure else 0.4),
            Claim("container-runtime-unavailable", node, 0.3),
        ),
        facts=tuple(fact(each, ".status.phase", _words(each)) for each in pods[:MAX_FACTS]),
        affected=refs(pods),
    )


def _words(pod: Pod) -> str:
    return f"{pod.status.phase}, being deleted" if pod.metadata.deletion_timestamp else pod.status.phase


DETECTORS = (standstill,)
