"""scheduling: pods held back by a gate, sent to a node that is not there, rejected by it, or preempted."""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.detectors._ages import older_than
from midwatch.detectors.common import MAX_FACTS, by_workload, event_fact, fact, refs
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Node
from midwatch.domain.kube.meta import KubeObject
from midwatch.domain.kube.pods import Pod
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.knowledge.templates import pod_templates

_GATED = 300
_REJECTED = {
    "OutOfcpu": "cpu-insufficient",
    "OutOfmemory": "memory-insufficient",
    "OutOfpods": "node-pods-full",
    "OutOfephemeral-storage": "ephemeral-storage-insufficient",
    "NodeAffinity": "node-affinity-mismatch",
    "NodePorts": "host-port-conflict",
    "UnexpectedAdmissionError": "extended-resource-insufficient",
}


def is_unplaced(pod: Pod) -> bool:
    """Whether a pod still waits for a node."""
    waits = pod.status.phase in ("Pending", "") and not pod.spec.node_name
    return waits and pod.metadata.deletion_timestamp is None


def scheduling_gated(inventory: Inventory) -> Iterator[Finding]:
    """Pods wait for a scheduling gate. Source: kubernetes.io/docs: pod scheduling readiness."""
    waiting = [pod for pod in inventory.pods_by_node.get("", ()) if pod.spec.scheduling_gates and is_unplaced(pod)]
    groups = by_workload(
        inventory,
        lambda pod: older_than(inventory, pod.metadata.creation_timestamp, _GATED, unknown=True),
        waiting,
    )
    for workload, pods in groups.items():
        names = ", ".join(each.name for each in pods[0].spec.scheduling_gates)
        yield Finding(
            "scheduling/scheduling-gated",
            workload,
            Text(
                f"{len(pods)} pod(s) of {workload} wait for the scheduling gate {names}",
                f"{workload} 有 {len(pods)} 个 Pod 在等待调度门控 {names}",
            ),
            Severity.WARNING,
            claims=(Claim("scheduling-gated", workload, 0.9),),
            facts=tuple(fact(each, ".spec.schedulingGates", names) for each in pods[:MAX_FACTS]),
            affected=refs(pods),
        )


def unknown_node_name(inventory: Inventory) -> Iterator[Finding]:
    """Pods name a node that does not exist, so no kubelet ever sees them. Source: docs/concepts: nodeName."""
    if not inventory.knows(Node) or not inventory.all(Node):
        return
    lost = [
        pod
        for name, pods in inventory.pods_by_node.items()
        if name and inventory.get(Node, "", name) is None
        for pod in pods
        if pod.status.phase in ("Pending", "") and not pod.status.start_time
    ]
    groups = by_workload(inventory, lambda _: True, lost)
    for workload, pods in groups.items():
        name = pods[0].spec.node_name
        yield Finding(
            "scheduling/node-name-unknown",
            workload,
            Text(
                f"{len(pods)} pod(s) of {workload} name Node {name}, which does not exist",
                f"{workload} 有 {len(pods)} 个 Pod 指定了不存在的节点 {name}",
            ),
            Severity.ERROR,
            claims=(Claim("node-name-unknown", workload, 0.9),),
            facts=tuple(fact(each, ".spec.nodeName", name) for each in pods[:MAX_FACTS]),
            affected=refs(pods),
        )
    yield from _templates_without_node(inventory, frozenset(groups))


def _templates_without_node(inventory: Inventory, told: frozenset[Ref]) -> Iterator[Finding]:
    """The same, between two pods: the pod garbage collector deletes those of nodes that are not there.

    Source: pkg/controller/podgc/gc_controller.go (gcOrphaned).
    """
    for workload, template in inventory.derive(pod_templates).items():
        name = template.spec.node_name
        if not name or workload in told or workload.kind == "Pod" or inventory.get(Node, "", name) is not None:
            continue
        yield Finding(
            "scheduling/node-name-unknown",
            workload,
            Text(
                f"The pods of {workload} shall run on Node {name}, which does not exist",
                f"{workload} 的 Pod 指定了不存在的节点 {name}",
            ),
            Severity.ERROR,
            claims=(Claim("node-name-unknown", workload, 0.9),),
            facts=(Fact(workload, ".spec.template.spec.nodeName", name),),
        )


def rejected_by_kubelet(inventory: Inventory) -> Iterator[Finding]:
    """A node refused a pod that was bound to it. Source: pkg/kubelet/lifecycle/predicate.go."""
    groups = by_workload(inventory, lambda pod: pod.status.phase == "Failed" and pod.status.reason in _REJECTED)
    for workload, pods in groups.items():
        cause = _REJECTED[pods[0].status.reason]
        alone = all(each.status.phase == "Failed" for each in inventory.pods_by_workload.get(workload, ()))
        yield Finding(
            f"scheduling/rejected-{cause}",
            workload,
            Text(
                f"Node {pods[0].spec.node_name} rejected {pods[0].ref}: {pods[0].status.reason}",
                f"节点 {pods[0].spec.node_name} 拒绝了 {pods[0].ref}:{pods[0].status.reason}",
            ),
            Severity.ERROR if alone else Severity.WARNING,
            Status.ACTIVE if alone else Status.RECOVERED,
            (Claim(cause, workload, 0.9 if alone else 0.3),),
            tuple(fact(each, ".status.message", each.status.message) for each in pods[:MAX_FACTS]),
            refs(pods),
        )


def preempted(inventory: Inventory) -> Iterator[Finding]:
    """A pod had to go for one of higher priority. Source: pkg/scheduler/framework/preemption."""
    seen: set[Ref] = set()
    for event in inventory.events_by_reason.get("Preempted", ()):
        target = Ref("Pod", event.involved_object.namespace, event.involved_object.name)
        if target in seen:
            continue
        seen.add(target)
        pod: KubeObject | None = inventory.find(target)
        workload = inventory.workload(pod) if pod is not None else target
        yield Finding(
            "scheduling/pod-preempted",
            workload,
            Text(f"{target} was preempted by a pod of higher priority", f"{target} 被更高优先级的 Pod 抢占"),
            Severity.INFO if pod is None else Severity.WARNING,
            Status.RECOVERED if pod is None else Status.ACTIVE,
            (Claim("pod-preempted", workload, 0.4 if pod is None else 0.75),),
            (event_fact(event),),
            (target,),
            event.last_seen,
        )
