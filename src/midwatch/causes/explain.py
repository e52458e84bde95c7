"""Which hypotheses are only consequences of others: effects travel from a culprit to what depends on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from midwatch.causes.belief import Belief, Key
from midwatch.causes.catalogue import CATALOGUE
from midwatch.domain.cause import Effect
from midwatch.domain.resource import Ref
from midwatch.knowledge.graph import Graph

_REACH = 6
_BELIEVED = 0.3
_LATE = timedelta(minutes=10)
_BOOST = 0.12
_MAX_BOOST = 0.4
_NONE: frozenset[Effect] = frozenset()


def explain(beliefs: Mapping[Key, Belief], graph: Graph) -> dict[Key, Key]:
    """For each belief that is a consequence, the belief that explains it. Chains end at a root."""
    explainers = sorted(
        (each for each in beliefs.values() if each.confidence >= _BELIEVED and each.active and _effects(each)),
        key=lambda each: (-each.confidence, each.key),
    )
    victims = [each for each in beliefs.values() if _explained_by(each)]
    reach = {each.key: _reach(each, victims, graph) for each in explainers}
    parents: dict[Key, Key] = {}
    for victim in sorted(victims, key=lambda each: (each.confidence, each.key)):
        for explainer in explainers:
            if _explains(explainer, victim, reach[explainer.key]) and not _descends(
                explainer.key, victim.key, parents
            ):
                parents[victim.key] = explainer.key
                break
    _reward(beliefs, parents)
    return parents


def root_of(key: Key, parents: Mapping[Key, Key]) -> Key:
    """The end of the chain of explanations."""
    while key in parents:
        key = parents[key]
    return key


def _effects(belief: Belief) -> frozenset[Effect]:
    entry = CATALOGUE.get(belief.cause)
    return entry.effects if entry else _NONE


def _explained_by(belief: Belief) -> frozenset[Effect]:
    entry = CATALOGUE.get(belief.cause)
    return entry.explained_by if entry else _NONE


def _reach(explainer: Belief, victims: Sequence[Belief], graph: Graph) -> frozenset[Ref]:
    """Everything that depends on what the explainer breaks, when some victim could be a consequence at all."""
    effects = _effects(explainer)
    if not any(effects & _explained_by(each) for each in victims if each is not explainer):
        return frozenset()
    broken = (
        explainer.touched if explainer.culprit.kind == "Namespace" else explainer.touched | {explainer.culprit}
    )
    reached: set[Ref] = set(broken)
    for ref in broken:
        if ref.kind != "Namespace":
            reached.update(graph.dependants(ref, hops=_REACH))
    if _names_all(explainer):
        reached.update(graph.workloads)
    return frozenset(reached)


def _names_all(explainer: Belief) -> bool:
    """Whether it takes the cluster's DNS away: that is needed by every workload, with or without an edge."""
    entry = CATALOGUE.get(explainer.cause)
    return entry is not None and entry.family == "dns" and Effect.CLUSTER_DEGRADED in entry.effects


def _explains(explainer: Belief, victim: Belief, reach: frozenset[Ref]) -> bool:
    if explainer.key == victim.key or not _effects(explainer) & _explained_by(victim):
        return False
    if _weaker_reading(explainer, victim):
        return False
    if explainer.since and victim.since and explainer.since - victim.since > _LATE:
        return False
    return victim.culprit in reach


def _weaker_reading(explainer: Belief, victim: Belief) -> bool:
    """Whether it is only a less likely reading of what shows at the same object."""
    return (
        explainer.culprit == victim.culprit
        and explainer.confidence < victim.confidence
        and any(each in victim.supporting for each in explainer.supporting)
    )


def _descends(key: Key, ancestor: Key, parents: Mapping[Key, Key]) -> bool:
    while key in parents:
        key = parents[key]
        if key == ancestor:
            return True
    return False


def _reward(beliefs: Mapping[Key, Belief], parents: Mapping[Key, Key]) -> None:
    """A root gains belief by what it explains; half of each further consequence."""
    counts: dict[Key, int] = {}
    for key in parents:
        root = root_of(key, parents)
        beliefs[root].fails_others = beliefs[root].fails_others or beliefs[key].failing
        if beliefs[key].culprit != root[1]:
            counts[root] = counts.get(root, 0) + 1
    for root, count in counts.items():
        beliefs[root].boost = max(beliefs[root].boost, min(_MAX_BOOST, _BOOST * count))
