"""Label and node selectors (k8s.io/apimachinery/pkg/labels, component-helpers/scheduling/corev1/nodeaffinity)."""

from __future__ import annotations

from collections.abc import Mapping

from midwatch.domain.kube.cluster import Node, Taint
from midwatch.domain.kube.meta import LabelRequirement, LabelSelector
from midwatch.domain.kube.pods import NodeSelector, NodeSelectorTerm, Toleration


def matches(selector: LabelSelector | None, labels: Mapping[str, str]) -> bool:
    """Whether labels satisfy a selector; an absent selector matches nothing, an empty one everything."""
    if selector is None:
        return False
    if any(labels.get(key) != value for key, value in selector.match_labels.items()):
        return False
    return all(satisfies(each, labels) for each in selector.match_expressions)


def satisfies(requirement: LabelRequirement, labels: Mapping[str, str]) -> bool:
    """Whether labels satisfy one requirement. An unknown operator is never satisfied."""
    value = labels.get(requirement.key)
    match requirement.operator:
        case "In":
            return value in requirement.values
        case "NotIn":
            return value not in requirement.values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case "Gt" | "Lt":
            return _compares(requirement, value)
        case _:
            return False


def _compares(requirement: LabelRequirement, value: str | None) -> bool:
    try:
        have, want = int(value or ""), int(requirement.values[0])
    except (ValueError, IndexError):
        return False
    return have > want if requirement.operator == "Gt" else have < want


def node_matches(selector: NodeSelector | None, node: Node) -> bool:
    """Whether a node satisfies hard node affinity; an absent selector accepts every node."""
    if selector is None:
        return True
    return any(_term_matches(term, node) for term in selector.node_selector_terms)


def _term_matches(term: NodeSelectorTerm, node: Node) -> bool:
    if not term.match_expressions and not term.match_fields:
        return False
    fields = {"metadata.name": node.name}
    return all(satisfies(each, node.metadata.labels) for each in term.match_expressions) and all(
        satisfies(each, fields) for each in term.match_fields
    )


def tolerates(toleration: Toleration, taint: Taint) -> bool:
    """Whether one toleration accepts one taint (k8s.io/api/core/v1/toleration.go)."""
    if toleration.effect and toleration.effect != taint.effect:
        return False
    if toleration.key and toleration.key != taint.key:
        return False
    if toleration.operator == "Exists":
        return True
    return bool(toleration.key) and toleration.value == taint.value
