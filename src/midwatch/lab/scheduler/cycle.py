"""One attempt to place one pod: all filters in their order, then the scores.

Source: kubernetes/pkg/scheduler/schedule_one.go (findNodesThatFitPod).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from midwatch.lab.core.store import Store
from midwatch.lab.scheduler.cluster import Cluster
from midwatch.lab.scheduler.constant_filters import constant
from midwatch.lab.scheduler.fit import fit, judge, ports
from midwatch.lab.scheduler.node_state import NodeState
from midwatch.lab.scheduler.pod_affinity import PodAffinityFilter
from midwatch.lab.scheduler.rejection import Pod, Rejection
from midwatch.lab.scheduler.spread import SpreadFilter
from midwatch.lab.scheduler.volume_filter import Claims, VolumeFilter

_NOT_NAMED = Rejection("NodeAffinity", ("node(s) didn't satisfy plugin(s) [NodeAffinity]",))


class Cycle:
    """The filters for one pod against the cluster as it is now."""

    def __init__(self, store: Store, cluster: Cluster, pod: Pod, claims: Claims) -> None:
        self._cluster = cluster
        self._pod = pod
        self._volumes = VolumeFilter(store, claims) if pod.template.claims else None
        self._spread = SpreadFilter(cluster, pod) if pod.template.spread else None
        affinity = PodAffinityFilter(cluster, pod)
        self._affinity = None if affinity.idle else affinity

    def reject(self, node: NodeState) -> Rejection | None:
        """The first filter that rejects a node."""
        found = constant(self._pod.template, node) or self._fits(node)
        if found is None and self._volumes is not None:
            found = self._volumes.reject(node)
        if found is None and self._spread is not None:
            found = self._spread.reject(node)
        if found is None and self._affinity is not None:
            found = self._affinity.reject(node)
        return found

    def _fits(self, node: NodeState) -> Rejection | None:
        waiting = self._cluster.nominated.get(node.name)
        if waiting:
            own = self._pod
            extra = [
                each
                for uid, each in waiting.items()
                if uid != own.uid and each.template.priority >= own.template.priority
            ]
            if extra:
                return ports(own.template, node) or fit(own.template, node, extra)
        return judge(self._pod.template, node).rejection


@dataclass
class Outcome:
    """The nodes that would do, and why each of the others would not."""

    feasible: list[NodeState] = field(default_factory=list[NodeState])
    rejected: dict[str, Rejection] = field(default_factory=dict[str, Rejection])
    looked_at: int = 0


def enough(nodes: int) -> int:
    """How many feasible nodes are looked for (numFeasibleNodesToFind)."""
    if nodes < 100:  # minFeasibleNodesToFind
        return nodes
    return max(100, nodes * max(5, 50 - nodes // 125) // 100)


def find(cycle: Cycle, pod: Pod, nodes: Sequence[NodeState], start: int) -> Outcome:
    """Go round the nodes from `start` until enough of them would do."""
    outcome = Outcome()
    named = pod.template.only_nodes
    wanted = enough(len(nodes))
    for offset in range(len(nodes)):
        node = nodes[(start + offset) % len(nodes)]
        outcome.looked_at += 1
        if named is not None and node.name not in named:
            outcome.rejected[node.name] = _NOT_NAMED
            continue
        rejection = cycle.reject(node)
        if rejection is not None:
            outcome.rejected[node.name] = rejection
            continue
        outcome.feasible.append(node)
        if len(outcome.feasible) >= wanted:
            break
    return outcome
