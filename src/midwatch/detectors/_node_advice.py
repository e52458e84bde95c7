"""nodes: advice that never changes a verdict: version skew, overcommitment, forgotten cordons."""

from __future__ import annotations

import re
from collections.abc import Iterator

from midwatch.detectors._node_roles import runs_control_plane
from midwatch.detectors.common import MAX_FACTS, fact, is_finished
from midwatch.domain.finding import Claim, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Node
from midwatch.domain.kube.pods import Pod
from midwatch.domain.quantity import parse_quantity
from midwatch.domain.text import Text

_VERSION = re.compile(r"^v?(\d{1,3})\.(\d{1,4})")
_MAX_SKEW = 3
_OVERCOMMIT = 1.5


def minor_version(version: str) -> tuple[int, int] | None:
    """`v1.31.2-eks-1` as (1, 31); None when it is no version."""
    match = _VERSION.match(version[:40])
    return (int(match[1]), int(match[2])) if match else None


def version_skew(inventory: Inventory) -> Iterator[Finding]:
    """Kubelets more than three minor versions apart. Source: kubernetes.io/releases/version-skew-policy."""
    versions = [(minor_version(each.status.node_info.kubelet_version), each) for each in inventory.all(Node)]
    known = [(version, node) for version, node in versions if version]
    if not known:
        return
    (high, _), (low, oldest) = max(known, key=lambda each: each[0]), min(known, key=lambda each: each[0])
    if high[0] == low[0] and high[1] - low[1] > _MAX_SKEW:
        yield Finding(
            "nodes/version-skew",
            oldest.ref,
            Text(
                f"Node {oldest.name} runs kubelet {low[0]}.{low[1]}, {high[1] - low[1]} minor versions behind "
                f"the newest node; at most {_MAX_SKEW} are supported",
                f"节点 {oldest.name} 的 kubelet 版本为 {low[0]}.{low[1]},"
                f"比最新节点落后 {high[1] - low[1]} 个次版本,最多支持相差 {_MAX_SKEW} 个",
            ),
            Severity.INFO,
            Status.LATENT,
            claims=(Claim("node-version-skew", oldest.ref, 0.2),),
            facts=(fact(oldest, ".status.nodeInfo.kubeletVersion", oldest.status.node_info.kubelet_version),),
        )


def overcommitted(inventory: Inventory) -> Iterator[Finding]:
    """Memory limits far above what the node has: pods may be killed although each keeps its limit."""
    for node in inventory.all(Node):
        room = parse_quantity(node.status.allocatable.get("memory"))
        pods = [each for each in inventory.pods_by_node.get(node.name, ()) if not is_finished(each)]
        limits = sum(_memory_limit(each) for each in pods)
        if room and room > 0 and limits > _OVERCOMMIT * room:
            yield Finding(
                "nodes/overcommitted",
                node.ref,
                Text(
                    f"Memory limits on node {node.name} add up to {limits / room:.0%} of what it can give",
                    f"节点 {node.name} 上的内存限制总和为可分配内存的 {limits / room:.0%}",
                ),
                Severity.INFO,
                Status.LATENT,
                claims=(Claim("node-overcommitted", node.ref, 0.2),),
                facts=(fact(node, ".status.allocatable.memory", node.status.allocatable.get("memory")),),
            )


def _memory_limit(pod: Pod) -> float:
    limits = (parse_quantity(each.resources.limits.get("memory")) for each in pod.spec.containers)
    return sum(max(0.0, each) for each in limits if each is not None)


def cordoned(inventory: Inventory) -> Iterator[Finding]:
    """Cordoned nodes while no pod waits for a node (with waiting pods it is the scheduling family's matter)."""
    found = [each for each in inventory.all(Node) if each.spec.unschedulable and not runs_control_plane(each)]
    if not found or any(each.status.phase == "Pending" for each in inventory.pods_by_node.get("", ())):
        return
    names = ", ".join(each.name for each in found[:5])
    yield Finding(
        "nodes/cordoned",
        found[0].ref,
        Text(
            f"{len(found)} nodes are cordoned and take no new pods ({names}); nothing waits for them now",
            f"有 {len(found)} 个节点已被隔离(cordon),不接收新的 Pod({names});目前没有 Pod 在等待",
        ),
        Severity.INFO,
        Status.LATENT,
        facts=tuple(fact(each, ".spec.unschedulable", True) for each in found[:MAX_FACTS]),
    )


DETECTORS = (version_skew, overcommitted, cordoned)
