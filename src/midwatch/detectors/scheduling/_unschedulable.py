"""Which of several constraints is to blame when no node fits a pod.

A selector narrows on purpose: it is to blame when it leaves no node at all; otherwise what excludes the nodes that
it leaves is. Control-plane nodes repel ordinary pods by design and are left out as long as others remain.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from midwatch.detectors._node_roles import runs_control_plane
from midwatch.detectors.scheduling._feasibility import Obstacle
from midwatch.detectors.scheduling._scheduler_messages import CONTROL_PLANE_TAINTS, PLACEMENT, FitError, Reason
from midwatch.domain.kube.cluster import Node
from midwatch.domain.kube.pods import Pod

PLACEMENTS = ("node-selector-mismatch", "node-affinity-mismatch")
_CORDONED = "node-cordoned"
_SURE = 0.9
_SAID = 0.97
_WEAK = 0.35
_GUESS = 0.5


class Blame(NamedTuple):
    """How sure it is that `cause` keeps the pod off the nodes; `nodes` are those it excludes."""

    cause: str
    strength: float
    detail: str = ""
    nodes: tuple[str, ...] = ()


def blame_of_specs(pod: Pod, nodes: Sequence[Node], found: Mapping[str, Sequence[Obstacle]]) -> list[Blame]:
    """The verdict from the recomputed obstacles of every node; empty when some node fits."""
    if not nodes or any(not found[node.name] for node in nodes):
        return []
    left = [node for node in nodes if not any(each.cause in PLACEMENTS for each in found[node.name])]
    if not left:
        return _placement_blame(nodes, found)
    ordinary = [node for node in left if not _is_background(node, found[node.name])]
    blames = _shares(ordinary or left, found)
    if len(left) == len(nodes):
        return blames
    if not ordinary:
        return _only_control_plane(nodes, found, blames)
    return blames + _narrowing(pod, blames)


def _only_control_plane(
    nodes: Sequence[Node], found: Mapping[str, Sequence[Obstacle]], blames: Sequence[Blame]
) -> list[Blame]:
    """What the pod selects is nothing but nodes that are closed by design: selecting them is the mistake."""
    outside = {name: each for name, each in found.items() if any(one.cause in PLACEMENTS for one in each)}
    chosen = _placement_blame([node for node in nodes if node.name in outside], outside)
    return [*chosen, *(each._replace(strength=min(each.strength, _WEAK)) for each in blames)]


def _is_background(node: Node, found: Sequence[Obstacle]) -> bool:
    repelled = any(each.taint in CONTROL_PLANE_TAINTS for each in found)
    return repelled or (runs_control_plane(node) and any(each.cause == _CORDONED for each in found))


def _placement_blame(nodes: Sequence[Node], found: Mapping[str, Sequence[Obstacle]]) -> list[Blame]:
    """No node has what the pod selects: by its selector, its affinity, or each of them against the other."""
    hits = dict.fromkeys(PLACEMENTS, 0)
    details: dict[str, str] = {}
    for node in nodes:
        for each in found[node.name]:
            if each.cause in hits:
                hits[each.cause] += 1
                details.setdefault(each.cause, each.detail)
    total = [cause for cause, count in hits.items() if count == len(nodes)]
    guilty = total or [cause for cause, count in hits.items() if count]
    strength = _SURE if len(guilty) == 1 else 0.6
    return [Blame(cause, strength, details.get(cause, ""), tuple(each.name for each in nodes)) for cause in guilty]


def _shares(nodes: Sequence[Node], found: Mapping[str, Sequence[Obstacle]]) -> list[Blame]:
    """Each cause by the share of nodes that it alone excludes; a node with several counts in part for each.

    A cordon beside other reasons counts half: nodes are taken out of service on purpose.
    """
    shares: dict[str, float] = defaultdict(float)
    names: dict[str, list[str]] = defaultdict(list)
    details: dict[str, str] = {}
    for node in nodes:
        causes = {each.cause: each.detail for each in found[node.name]}
        for cause, detail in causes.items():
            shares[cause] += (0.5 if cause == _CORDONED else 1) / len(causes)
            names[cause].append(node.name)
            details.setdefault(cause, detail)
    ranked = sorted(shares, key=lambda cause: (-shares[cause], cause == _CORDONED, cause))
    total = sum(shares.values())
    return [
        Blame(cause, _strength(shares[cause] / total), details[cause], tuple(names[cause])) for cause in ranked
    ]


def _strength(share: float) -> float:
    return round(_SURE * max(share, 0.0) ** 0.5, 2) if share >= 0.2 else round(max(share, 0.05), 2)


def _narrowing(pod: Pod, blames: Sequence[Blame]) -> list[Blame]:
    """The selector as the lesser alternative: the pod might run on the nodes that it leaves out."""
    weak = min(_WEAK, blames[0].strength / 2) if blames else _WEAK
    return [Blame(cause, weak) for cause in placements_of(pod)]


def placements_of(pod: Pod) -> list[str]:
    """The causes that a failed placement can stand for, given what the pod has."""
    affinity = pod.spec.affinity
    has_affinity = affinity is not None and affinity.node_affinity is not None and affinity.node_affinity.required
    if pod.spec.node_selector:
        return list(PLACEMENTS) if has_affinity else [PLACEMENTS[0]]
    return [PLACEMENTS[1]]


def suspects_of(pod: Pod) -> list[Blame]:
    """What an unplaced pod asks of nodes when neither they nor the scheduler's word are known."""
    affinity = pod.spec.affinity
    asked = {
        PLACEMENTS[0]: bool(pod.spec.node_selector),
        PLACEMENTS[1]: bool(affinity and affinity.node_affinity and affinity.node_affinity.required),
        "pod-anti-affinity-conflict": bool(
            affinity and affinity.pod_anti_affinity and affinity.pod_anti_affinity.required
        ),
        "pod-affinity-unsatisfied": bool(affinity and affinity.pod_affinity and affinity.pod_affinity.required),
    }
    found = [cause for cause, needs in asked.items() if needs]
    return [Blame(cause, round(_GUESS / len(found) ** 0.5, 2)) for cause in found]


def blame_of_message(pod: Pod, said: FitError) -> list[Blame]:
    """The verdict from the scheduler's message alone, which counts nodes without naming them."""
    placement = [each for each in said.reasons if each.cause == PLACEMENT]
    others = [each for each in said.reasons if each.cause != PLACEMENT]
    ordinary = [each for each in others if each.taint not in CONTROL_PLANE_TAINTS]
    telling = [each for each in ordinary if each.cause != _CORDONED]
    if placement and not telling:
        split = 1 / len(placements_of(pod)) ** 0.5
        cordoned = sum(each.nodes for each in ordinary)
        chosen = [Blame(each, round(_SURE * split, 2), placement[0].text) for each in placements_of(pod)]
        return chosen + ([Blame(_CORDONED, _WEAK)] if cordoned else [])
    blames = _weighed(ordinary or others)
    return blames + ([Blame(each, _WEAK) for each in placements_of(pod)] if placement else [])


def _weighed(reasons: Sequence[Reason]) -> list[Blame]:
    """By the number of nodes; a cordon beside other reasons is more often the background than the cause."""
    weights: dict[str, float] = defaultdict(float)
    texts: dict[str, str] = {}
    mixed = any(each.cause != _CORDONED for each in reasons)
    for each in reasons:
        weights[each.cause] += each.nodes * (0.5 if mixed and each.cause == _CORDONED else 1)
        texts.setdefault(each.cause, each.text)
    total = sum(weights.values()) or 1
    ranked = sorted(weights, key=lambda cause: (-weights[cause], cause == _CORDONED, cause))
    return [Blame(cause, _strength(weights[cause] / total), texts[cause]) for cause in ranked]


def agree(specs: Sequence[Blame], said: FitError | None, message: Sequence[Blame]) -> list[Blame]:
    """Both readings as one: confirmed causes are sure; where the message knows other reasons, it decides."""
    if not specs or said is None or not said.reasons:
        return list(specs or message)
    told = {each.cause for each in said.reasons}
    told |= set(PLACEMENTS) if PLACEMENT in told else set[str]()
    if specs[0].cause not in told:
        return list(message)
    sure = specs[0]._replace(strength=min(_SAID, round(specs[0].strength + 0.07, 2)))
    return [sure, *specs[1:]]
