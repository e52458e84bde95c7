"""Which of the nodes that would do is the best: the weighted sum of the scoring plugins.

Source: kubernetes/pkg/scheduler/apis/config/v1/default_plugins.go (weights).
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from midwatch.lab.scheduler.cluster import Cluster
from midwatch.lab.scheduler.constant_filters import preferences
from midwatch.lab.scheduler.fit import judge
from midwatch.lab.scheduler.node_state import NodeState
from midwatch.lab.scheduler.pod_affinity import affinity_scores
from midwatch.lab.scheduler.rejection import Pod
from midwatch.lab.scheduler.spread import spread_scores

_TAINTS, _NODES, _SPREAD, _PODS = 3, 2, 2, 2


def best(cluster: Cluster, pod: Pod, nodes: Sequence[NodeState], random: Random) -> NodeState:
    """The node with the highest score; one of them by lot when several have it."""
    if len(nodes) == 1:
        return nodes[0]
    scores = [judge(pod.template, node).score for node in nodes]
    _add(scores, spread_scores(cluster, pod, nodes), _SPREAD)
    _add(scores, affinity_scores(cluster, pod, nodes), _PODS)
    _add_preferences(scores, pod, nodes)
    most = max(scores)
    leaders = [index for index, score in enumerate(scores) if score == most]
    return nodes[leaders[random.randrange(len(leaders))]]


def _add(scores: list[int], more: list[int] | None, weight: int) -> None:
    if more is not None:
        for index, value in enumerate(more):
            scores[index] += weight * value


def _add_preferences(scores: list[int], pod: Pod, nodes: Sequence[NodeState]) -> None:
    if not pod.template.preferred_nodes and not any(node.soft_taints for node in nodes):
        return
    found = [preferences(pod.template, node) for node in nodes]
    taints, weights = max(each[0] for each in found), max(each[1] for each in found)
    for index, (own, weight) in enumerate(found):
        scores[index] += _TAINTS * (100 - 100 * own // taints if taints else 100)
        scores[index] += _NODES * (100 * weight // weights if weights else 0)
