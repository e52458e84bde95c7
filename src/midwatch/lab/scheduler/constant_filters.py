"""Filters that look at the node alone: they hold until the node changes.

Source: kubernetes/pkg/scheduler/framework/plugins/{nodeunschedulable,tainttoleration,nodeaffinity}.
"""

from __future__ import annotations

from midwatch.domain.kube.cluster import Taint
from midwatch.domain.kube.selectors import tolerates
from midwatch.lab.core.claims import accepts
from midwatch.lab.scheduler.node_state import NodeState
from midwatch.lab.scheduler.rejection import Rejection
from midwatch.lab.scheduler.template import Template

_CORDON = Taint(key="node.kubernetes.io/unschedulable", effect="NoSchedule")
_CORDONED = Rejection("NodeUnschedulable", ("node(s) were unschedulable",))
_ELSEWHERE = Rejection("NodeAffinity", ("node(s) didn't match Pod's node affinity/selector",))


def constant(template: Template, node: NodeState) -> Rejection | None:
    """The first of these filters that rejects a node, remembered with the node."""
    try:
        return node.constant[template.number]
    except KeyError:
        found = node.constant[template.number] = _constant(template, node)
        return found


def _constant(template: Template, node: NodeState) -> Rejection | None:
    if node.cordoned and not _tolerated(template, _CORDON):
        return _CORDONED
    taint = untolerated(template, node)
    if taint is not None:
        return Rejection("TaintToleration", (f"node(s) had untolerated taint {{{taint.key}: {taint.value}}}",))
    return None if has_affinity(template, node) else _ELSEWHERE


def untolerated(template: Template, node: NodeState) -> Taint | None:
    """The first hard taint of a node that pods do not tolerate."""
    return next((each for each in node.hard_taints if not _tolerated(template, each)), None)


def has_affinity(template: Template, node: NodeState) -> bool:
    """Whether a node has the labels that node selector and affinity want."""
    if any(node.labels.get(key) != value for key, value in template.node_selector.items()):
        return False
    return accepts(template.node_affinity, node.labels, node.name)


def preferences(template: Template, node: NodeState) -> tuple[int, int]:
    """Soft taints not tolerated, and the weight of the preferred affinity terms that hold."""
    known = node.preferences.get(template.number)
    if known is None:
        taints = sum(not _tolerated(template, each) for each in node.soft_taints)
        weight = sum(each for each, wanted in template.preferred_nodes if accepts(wanted, node.labels, node.name))
        known = node.preferences[template.number] = (taints, weight)
    return known


def _tolerated(template: Template, taint: Taint) -> bool:
    return any(tolerates(each, taint) for each in template.tolerations)
