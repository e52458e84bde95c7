"""scheduling: pods that no node fits, by the scheduler's filters recomputed and by what the scheduler says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from midwatch.detectors._ages import age, older_than, oldest
from midwatch.detectors.common import MAX_FACTS, by_workload, condition, event_fact, fact, refs
from midwatch.detectors.scheduling._feasibility import Occupancy, obstacles, occupancies, wish_of
from midwatch.detectors.scheduling._placement import (
    is_unplaced,
    preempted,
    rejected_by_kubelet,
    scheduling_gated,
    unknown_node_name,
)
from midwatch.detectors.scheduling._scheduler_health import DEFAULT_SCHEDULER, scheduler_silent, unknown_scheduler
from midwatch.detectors.scheduling._scheduler_messages import read_fit_error
from midwatch.detectors.scheduling._unschedulable import (
    PLACEMENTS,
    Blame,
    agree,
    blame_of_message,
    blame_of_specs,
    suspects_of,
)
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Node
from midwatch.domain.kube.pods import Pod
from midwatch.domain.kube.storage import PersistentVolumeClaim, StorageClass
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.knowledge.templates import pod_templates

_MAX_CHECKS = 10_000
"""Pairs of pod and node that are recomputed; beyond, the scheduler's messages must do."""
_HOSTNAME = "kubernetes.io/hostname"
_NODE_FAULTS = (
    "node-not-ready",
    "node-memory-pressure",
    "node-disk-pressure",
    "node-pid-pressure",
    "node-network-unavailable",
)


def unschedulable(inventory: Inventory) -> Iterator[Finding]:
    """No node fits the pods of a workload. Source: pkg/scheduler/schedule_one.go (FitError, PodScheduled)."""
    groups = by_workload(
        inventory,
        lambda pod: is_unplaced(pod) and not pod.spec.scheduling_gates,
        inventory.pods_by_node.get("", ()),
    )
    checks = 0
    for workload, pods in groups.items():
        pod = max(pods, key=lambda each: (-(age(inventory, each.metadata.creation_timestamp) or 0.0), each.name))
        said, pod = _said(inventory, pod), _completed(inventory, workload, pod)
        error = read_fit_error(said.value) if said else None
        if error.about_claims if error else pod.spec.scheduler_name not in DEFAULT_SCHEDULER:
            continue
        checks += len(inventory.all(Node))
        specs = _recomputed(inventory, pod) if checks <= _MAX_CHECKS else []
        blames = agree(specs, error, blame_of_message(pod, error) if error else [])
        blames = blames or ([] if inventory.knows(Node) or said else suspects_of(pod))
        settled = older_than(inventory, pod.metadata.creation_timestamp, 30 if specs else 60, unknown=True)
        if said is not None or (blames and settled):
            yield _unschedulable(inventory, workload, pods, blames, _facts(inventory, pod, said))


def _said(inventory: Inventory, pod: Pod) -> Fact | None:
    """The scheduler's newest word: the condition (rewritten at each attempt), else the event."""
    placed = condition(pod.status.conditions, "PodScheduled")
    if placed is not None and placed.status == "False" and "nodes are available" in placed.message:
        return fact(pod, ".status.conditions[PodScheduled].message", placed.message, placed.last_transition_time)
    events = [each for each in inventory.events(pod.ref) if each.reason == "FailedScheduling"]
    events = [each for each in events if not each.message.startswith("skip schedule")]
    latest = min(events, key=lambda each: age(inventory, each.last_seen) or 0.0, default=None)
    return event_fact(latest) if latest is not None else None


def _recomputed(inventory: Inventory, pod: Pod) -> list[Blame]:
    """From specs alone, if the nodes and their labels are known and the pod's volumes do not hold it back."""
    nodes = [_with_hostname(each) for each in inventory.all(Node)]
    known = inventory.knows(Node) and all(each.metadata.labels for each in nodes)
    if not known or not pod.spec.containers or not _claims_allow(inventory, pod):
        return []
    taken = inventory.derive(occupancies)
    wish, nothing = wish_of(inventory, pod), Occupancy()
    found = {each.name: obstacles(wish, each, taken.get(each.name, nothing)) for each in nodes}
    return blame_of_specs(pod, nodes, found)


def _with_hostname(node: Node) -> Node:
    """The kubelet labels every node with its host name; a node shown without has it all the same."""
    if _HOSTNAME in node.metadata.labels:
        return node
    labels = {**node.metadata.labels, _HOSTNAME: node.name} if node.metadata.labels else {}
    return msgspec.structs.replace(node, metadata=msgspec.structs.replace(node.metadata, labels=labels))


def _completed(inventory: Inventory, workload: Ref, pod: Pod) -> Pod:
    """The pod with the node affinity of its template: descriptions of pods leave it out."""
    template = inventory.derive(pod_templates).get(workload)
    if pod.spec.affinity is not None or template is None or template.spec.affinity is None:
        return pod
    return msgspec.structs.replace(pod, spec=msgspec.structs.replace(pod.spec, affinity=template.spec.affinity))


def _claims_allow(inventory: Inventory, pod: Pod) -> bool:
    """Whether all claims are bound, or are bound only once a node was chosen."""
    for volume in pod.spec.volumes:
        if volume.persistent_volume_claim is None:
            continue
        claim = inventory.get(PersistentVolumeClaim, pod.namespace, volume.persistent_volume_claim.claim_name)
        if claim is None:
            return not inventory.knows(PersistentVolumeClaim, pod.namespace)
        found = inventory.get(StorageClass, "", claim.spec.storage_class_name or "")
        waits = found is not None and found.volume_binding_mode == "WaitForFirstConsumer"
        if claim.status.phase != "Bound" and not waits:
            return False
    return True


def _facts(inventory: Inventory, pod: Pod, said: Fact | None) -> list[Fact]:
    facts = [said] if said else []
    chosen = pod.spec.affinity.node_affinity if pod.spec.affinity else None
    if pod.spec.node_selector:
        facts.append(fact(pod, ".spec.nodeSelector", dict(pod.spec.node_selector)))
    if chosen is not None and chosen.required is not None:
        terms = [each for term in chosen.required.node_selector_terms for each in term.match_expressions]
        shown = "; ".join(f"{each.key} {each.operator} {','.join(each.values)}".strip() for each in terms)
        facts.append(fact(pod, ".spec.affinity.nodeAffinity.required", shown))
    scaling = [
        each for each in inventory.events(pod.ref) if each.reason in ("NotTriggerScaleUp", "TriggeredScaleUp")
    ]
    facts.extend(event_fact(each) for each in scaling[-1:])
    return facts


def _unschedulable(
    inventory: Inventory, workload: Ref, pods: Sequence[Pod], blames: Sequence[Blame], facts: Sequence[Fact]
) -> Finding:
    claims = [claim for each in blames for claim in _claims(workload, each)]
    first = blames[0] if blames else Blame("pod-unschedulable", 0.4)
    scaling = any(each.path == "event TriggeredScaleUp" for each in facts)
    return Finding(
        f"scheduling/{first.cause}",
        workload,
        _message(workload, len(pods), first),
        Severity.WARNING if scaling else Severity.ERROR,
        Status.ACTIVE,
        tuple(claims) or (Claim("pod-unschedulable", workload, 0.4),),
        (*facts, *_node_facts(inventory, first)),
        refs(pods),
        oldest(each.metadata.creation_timestamp for each in pods),
    )


def _claims(workload: Ref, blame: Blame) -> list[Claim]:
    """Node faults are the nodes' own; everything else is between the workload and the nodes."""
    if blame.cause in _NODE_FAULTS:
        return [Claim(blame.cause, Ref("Node", "", name), blame.strength) for name in blame.nodes[:MAX_FACTS]]
    return [Claim(blame.cause, workload, blame.strength)]


def _node_facts(inventory: Inventory, blame: Blame) -> Iterator[Fact]:
    for name in blame.nodes[:MAX_FACTS]:
        node = inventory.get(Node, "", name)
        if node is None:
            continue
        if blame.cause == "node-cordoned":
            yield fact(node, ".spec.unschedulable", node.spec.unschedulable)
        elif blame.cause.endswith("-insufficient"):
            yield fact(node, ".status.allocatable", dict(node.status.allocatable))
        elif blame.cause not in PLACEMENTS:
            taints = ", ".join(f"{each.key}={each.value}:{each.effect}" for each in node.spec.taints)
            yield fact(node, ".spec.taints", taints or "none")


_WHY = {
    "node-cordoned": Text("the nodes they could run on are cordoned", "可运行它们的节点已被封锁(cordon)"),
    "node-selector-mismatch": Text(
        "no node has the labels of their nodeSelector", "没有节点具有其 nodeSelector 的标签"
    ),
    "node-affinity-mismatch": Text("no node satisfies their node affinity", "没有节点满足其节点亲和性"),
    "node-name-unknown": Text("the named node does not exist", "指定的节点不存在"),
    "taint-not-tolerated": Text("the nodes have a taint that they do not tolerate", "节点带有它们不容忍的污点"),
    "cpu-insufficient": Text("no node has enough free CPU", "没有节点有足够的空闲 CPU"),
    "memory-insufficient": Text("no node has enough free memory", "没有节点有足够的空闲内存"),
    "ephemeral-storage-insufficient": Text("no node has enough ephemeral storage", "没有节点有足够的临时存储"),
    "extended-resource-insufficient": Text("no node has the extended resource free", "没有节点有空闲的扩展资源"),
    "node-pods-full": Text("the nodes have reached their limit of pods", "节点的 Pod 数量已达上限"),
    "host-port-conflict": Text("their host ports are taken", "其主机端口已被占用"),
    "topology-spread-unsatisfiable": Text("the topology spread allows no node", "拓扑分布约束不允许任何节点"),
    "pod-affinity-unsatisfied": Text("no node satisfies their pod affinity", "没有节点满足其 Pod 亲和性"),
    "pod-anti-affinity-conflict": Text("pod anti-affinity excludes the nodes", "Pod 反亲和性排除了节点"),
    "volume-node-affinity-conflict": Text("their volume is bound to other nodes", "其存储卷绑定在其他节点"),
    "volume-attach-limit": Text("the nodes can attach no more volumes", "节点可挂接的卷数已达上限"),
    "volume-multi-attach": Text("their volume is in use elsewhere", "其存储卷正在别处使用"),
    "node-not-ready": Text("the nodes are not ready", "节点未就绪"),
}
_OTHER = Text("no node fits them", "没有合适的节点")


def _message(workload: Ref, count: int, blame: Blame) -> Text:
    en, zh = _WHY.get(blame.cause, _OTHER)
    detail = f" ({blame.detail})" if blame.detail else ""
    return Text(
        f"{count} pod(s) of {workload} cannot be scheduled: {en}{detail}",
        f"{workload} 有 {count} 个 Pod 无法调度：{zh}{detail}",
    )


DETECTORS = (
    unschedulable,
    scheduler_silent,
    unknown_scheduler,
    scheduling_gated,
    unknown_node_name,
    rejected_by_kubelet,
    preempted,
)
