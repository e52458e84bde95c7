"""Affinity and anti-affinity between pods.

Source: kubernetes/pkg/scheduler/framework/plugins/interpodaffinity/{filtering,scoring}.go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from midwatch.lab.scheduler.cluster import Cluster
from midwatch.lab.scheduler.node_state import NodeState
from midwatch.lab.scheduler.rejection import Pod, Rejection
from midwatch.lab.scheduler.template import Term

_AFFINITY = Rejection("InterPodAffinity", ("node(s) didn't match pod affinity rules",))
_ANTI = Rejection("InterPodAffinity", ("node(s) didn't match pod anti-affinity rules",), final=False)
_EXISTING = Rejection(
    "InterPodAffinity", ("node(s) didn't satisfy existing pods anti-affinity rules",), final=False
)


class PodAffinityFilter:
    """The rules of one pod, and those of others about it, against the cluster as it is now."""

    def __init__(self, cluster: Cluster, pod: Pod) -> None:
        self._cluster = cluster
        own = cluster.tallies.current(pod.kin).tallies
        self._wanted = [(each.topology, self._domains(each)) for each in pod.template.affinity]
        self._free = not any(domains for _, domains in self._wanted) and all(
            each.selection.key in own for each in pod.template.affinity
        )
        self._avoided = [(each.topology, self._domains(each)) for each in pod.template.anti_affinity]
        self._repelled = [
            (each.term.topology, self._values(each.term.topology, each.by_node))
            for each in cluster.tallies.repelling.values()
            if each.by_node and each.term.selection.key in own
        ]

    @property
    def idle(self) -> bool:
        """Whether there are no rules at all."""
        return not (self._wanted or self._avoided or self._repelled)

    def reject(self, node: NodeState) -> Rejection | None:
        """Why a node is out."""
        if not self._has_company(node):
            return _AFFINITY
        if any(node.labels.get(topology) in domains for topology, domains in self._avoided):
            return _ANTI
        if any(node.labels.get(topology) in domains for topology, domains in self._repelled):
            return _EXISTING
        return None

    def _has_company(self, node: NodeState) -> bool:
        for topology, domains in self._wanted:
            value = node.labels.get(topology)
            if value is None or (value not in domains and not self._free):
                return False
        return True

    def _domains(self, term: Term) -> set[str]:
        return self._values(term.topology, self._cluster.tallies.of(term.selection).by_node)

    def _values(self, topology: str, by_node: Mapping[str, int]) -> set[str]:
        states = (self._cluster.nodes.get(name) for name in by_node)
        return {each.labels[topology] for each in states if each is not None and topology in each.labels}


def affinity_scores(cluster: Cluster, pod: Pod, nodes: Sequence[NodeState]) -> list[int] | None:
    """Scores of 0 to 100 by the preferred terms of a pod; None when it has none that matter."""
    sums: dict[tuple[str, str], int] = {}
    for term in pod.template.preferred:
        for name, count in cluster.tallies.of(term.selection).by_node.items():
            state = cluster.nodes.get(name)
            value = state.labels.get(term.topology) if state is not None else None
            if value is not None:
                key = term.topology, value
                sums[key] = sums.get(key, 0) + term.weight * count
    if not sums:
        return None
    topologies = {topology for topology, _ in sums}
    raw = [sum(sums.get((each, node.labels.get(each, "")), 0) for each in topologies) for node in nodes]
    most, least = max(raw), min(raw)
    return [int(100 * (each - least) / (most - least)) for each in raw] if most > least else None
