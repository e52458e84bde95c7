"""A precise cause replaces the general ones it refines, at the same culprit or next to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cache

from midwatch.causes.belief import Belief, Key
from midwatch.causes.catalogue import CATALOGUE
from midwatch.domain.resource import Ref
from midwatch.knowledge.graph import Graph
from midwatch.knowledge.relation import Relation

_ENOUGH = 0.35
"""A precise cause below this belief leaves the general one standing."""
_BOOST = 0.15
_BELONGING = frozenset({Relation.OWNS, Relation.SELECTS, Relation.MOUNTS, Relation.BINDS, Relation.SCALES})


@cache
def refined_by(cause: str) -> frozenset[str]:
    """All more general causes of a cause, transitively."""
    found: set[str] = set()
    todo = [cause]
    while todo:
        entry = CATALOGUE.get(todo.pop())
        fresh = [each for each in (entry.refines if entry else ()) if each not in found and each != cause]
        found.update(fresh)
        todo.extend(fresh)
    return frozenset(found)


def refine(beliefs: Mapping[Key, Belief], graph: Graph) -> dict[Key, Belief]:
    """The beliefs without those that a more precise one replaces."""
    places: dict[Ref, list[Belief]] = defaultdict(list)
    for belief in beliefs.values():
        places[belief.culprit].append(belief)
    kept = dict(beliefs)
    for general in sorted(beliefs.values(), key=lambda each: (len(refined_by(each.cause)), each.key)):
        best = _most_precise(general, places, graph, kept)
        if best is not None:
            best.absorbed.extend([general.key, *general.absorbed])
            best.supporting.extend(each for each in general.supporting if each not in best.supporting)
            best.boost = max(best.boost, _BOOST * general.confidence)
            del kept[general.key]
    return kept


def _most_precise(
    general: Belief, places: Mapping[Ref, list[Belief]], graph: Graph, kept: Mapping[Key, Belief]
) -> Belief | None:
    rivals = [
        each
        for ref in _around(general.culprit, graph)
        for each in places.get(ref, ())
        if each.key in kept and general.cause in refined_by(each.cause)
    ]
    strong = [each for each in rivals if each.confidence >= _ENOUGH and (each.active or not general.active)]
    return max(strong, key=lambda each: (each.confidence, each.key), default=None)


def _around(culprit: Ref, graph: Graph) -> set[Ref]:
    """The culprit and what belongs to it: a Service and its workload, a claim and its user; never a caller."""
    return {
        culprit,
        *graph.dependencies(culprit, hops=1, relations=_BELONGING),
        *graph.dependants(culprit, hops=1, relations=_BELONGING),
    }
