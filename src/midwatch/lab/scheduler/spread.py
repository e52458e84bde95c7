"""Topology spread constraints: hard ones reject nodes, soft ones (and the default ones) order them.

Source: kubernetes/pkg/scheduler/framework/plugins/podtopologyspread/{filtering,scoring}.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from midwatch.lab.scheduler.cluster import Cluster
from midwatch.lab.scheduler.constant_filters import has_affinity, untolerated
from midwatch.lab.scheduler.node_state import NodeState
from midwatch.lab.scheduler.rejection import Pod, Rejection
from midwatch.lab.scheduler.tallies import Tally
from midwatch.lab.scheduler.template import HOSTNAME, Spread

_REASON = "node(s) didn't match pod topology spread constraints"
_SKEWED = Rejection("PodTopologySpread", (_REASON,), final=False)
_UNLABELLED = Rejection("PodTopologySpread", (f"{_REASON} (missing required label)",))


@dataclass(frozen=True, slots=True)
class _Constraint:
    spread: Spread
    domains: dict[str, int]
    least: int
    own: int


class SpreadFilter:
    """The hard constraints of one pod against the cluster as it is now."""

    def __init__(self, cluster: Cluster, pod: Pod) -> None:
        hard = tuple(each for each in pod.template.spread if each.hard)
        self._constraints = tuple(_constraint(cluster, pod, each, hard) for each in hard)

    def reject(self, node: NodeState) -> Rejection | None:
        """Why a node is out."""
        for each in self._constraints:
            value = node.labels.get(each.spread.topology)
            if value is None:
                return _UNLABELLED
            if each.domains.get(value, 0) + each.own - each.least > each.spread.skew:
                return _SKEWED
        return None


def _constraint(cluster: Cluster, pod: Pod, spread: Spread, hard: Sequence[Spread]) -> _Constraint:
    tally = cluster.tallies.of(spread.selection)
    domains: dict[str, int] = {}
    for node in cluster.ready:
        if _counts(node, pod, spread, hard):
            value = node.labels[spread.topology]
            domains[value] = domains.get(value, 0) + tally.staying(node.name)
    least = min(domains.values(), default=0) if len(domains) >= spread.min_domains else 0
    own = int(spread.selection.key in cluster.tallies.current(pod.kin).tallies)
    return _Constraint(spread, domains, least, own)


def _counts(node: NodeState, pod: Pod, spread: Spread, hard: Sequence[Spread]) -> bool:
    if any(each.topology not in node.labels for each in hard):
        return False
    if spread.honors_affinity and not has_affinity(pod.template, node):
        return False
    return not (spread.honors_taints and untolerated(pod.template, node))


def spread_scores(cluster: Cluster, pod: Pod, nodes: Sequence[NodeState]) -> list[int] | None:
    """Scores of 0 to 100 for nodes, the emptiest domains highest; None when nothing asks for it."""
    soft = [each for each in pod.template.spread if not each.hard] or pod.template.default_spread
    if not soft:
        return None
    sums = [0.0] * len(nodes)
    for each in soft:
        _add_costs(sums, cluster.tallies.of(each.selection), each, nodes)
    most, least = max(sums), min(sums)
    if not most:
        return [100] * len(nodes)
    return [int(100 * (most + least - each) / most) for each in sums]


def _add_costs(sums: list[float], tally: Tally, spread: Spread, nodes: Sequence[NodeState]) -> None:
    if not tally.by_node:
        return
    if spread.topology == HOSTNAME:
        weight = log(len(nodes) + 2)
        for index, node in enumerate(nodes):
            count = tally.by_node.get(node.name)
            if count:
                sums[index] += count * weight + spread.skew - 1
        return
    domains: dict[str, int] = {}
    values = [node.labels.get(spread.topology, "") for node in nodes]
    for value, node in zip(values, nodes, strict=True):
        domains[value] = domains.get(value, 0) + tally.by_node.get(node.name, 0)
    weight = log(len(domains) + 2)
    for index, value in enumerate(values):
        sums[index] += domains[value] * weight + spread.skew - 1
