"""lifecycle: pods that outlive their deletion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from midwatch.detectors._ages import age, older_than, spell
from midwatch.detectors.common import MAX_FACTS, condition, fact, is_finished, refs
from midwatch.domain.finding import Claim, Finding, Severity
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Node
from midwatch.domain.kube.pods import Pod
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_PATIENCE = 120


def terminating_pods(inventory: Inventory) -> Iterator[Finding]:
    """Pods still there two minutes after their grace period (`deletionTimestamp` is its end).

    Source: pkg/kubelet/kubelet_pods.go; on a dead node nobody is there to end them.
    """
    groups: dict[str, list[Pod]] = defaultdict(list)
    for pod in inventory.all(Pod):
        gone = pod.metadata.deletion_timestamp
        if gone is None or pod.metadata.finalizers or is_finished(pod) or not pod.spec.node_name:
            continue
        if older_than(inventory, gone, _PATIENCE, unknown=False):
            groups[pod.spec.node_name].append(pod)
    for name, pods in groups.items():
        yield _finding(inventory, Ref("Node", "", name), pods)


def _finding(inventory: Inventory, node: Ref, pods: list[Pod]) -> Finding:
    waiting = max(age(inventory, each.metadata.deletion_timestamp) or 0.0 for each in pods)
    claims, why = _blame(inventory, node)
    return Finding(
        "lifecycle/pod-terminating",
        pods[0].ref,
        Text(
            f"{len(pods)} deleted pods on node {node.name} (such as {pods[0].namespace}/{pods[0].name}) are still "
            f"there {spell(waiting)} after their grace period; {why.en}",
            f"节点 {node.name} 上有 {len(pods)} 个已删除的 Pod(例如 {pods[0].namespace}/{pods[0].name})"
            f"在宽限期结束 {spell(waiting)} 后仍然存在;{why.zh}",
        ),
        Severity.WARNING,
        claims=claims,
        facts=tuple(fact(each, ".metadata.deletionTimestamp", each.metadata.deletion_timestamp) for each in pods)[
            :MAX_FACTS
        ],
        affected=refs(pods),
        since=pods[0].metadata.deletion_timestamp,
    )


def _blame(inventory: Inventory, node: Ref) -> tuple[tuple[Claim, ...], Text]:
    found = inventory.get(Node, "", node.name)
    ready = condition(found.status.conditions, "Ready") if found else None
    if (ready is not None and ready.status != "True") or (found is None and inventory.knows(Node)):
        return (Claim("node-not-ready", node, 0.8),), Text(
            "the node is not there to end them", "该节点无法结束它们"
        )
    claims = (
        Claim("container-runtime-unavailable", node, 0.3),
        Claim("kubelet-unavailable", node, 0.25),
    )
    return claims, Text("its kubelet should have ended them", "其 kubelet 本应将它们结束")


DETECTORS = (terminating_pods,)
