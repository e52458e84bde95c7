"""The knowledge graph: which object depends on which, and how a failure of one reaches others.

Queries follow the declared direction of each relation (see `Relation.backward`), so that `dependencies` always
means "what it needs" and `dependants` "who needs it", whichever way the edge is drawn. A workload depends on its
pods; a Service on its pods and on the workload that should make them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import chain

from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.kinds import BY_KIND
from midwatch.domain.observation import Call
from midwatch.domain.resource import Ref
from midwatch.knowledge._edges_access import access_edges
from midwatch.knowledge._edges_calls import call_edges
from midwatch.knowledge._edges_network import network_edges
from midwatch.knowledge._edges_pods import pod_edges
from midwatch.knowledge._edges_storage import storage_edges
from midwatch.knowledge._edges_workloads import workload_edges
from midwatch.knowledge.relation import Edge, Relation

_MAX_OWNERS = 8
_SERVING = frozenset({"Service", "Ingress", "HTTPRoute", "GRPCRoute", "Gateway"})
_RUNNING = frozenset({"Deployment", "StatefulSet", "DaemonSet", "CronJob"})
_RUNNING_UNOWNED = frozenset({"ReplicaSet", "Job"})

_Step = Callable[[Ref], Iterator[Ref]]


class Presence(StrEnum):
    """Whether a node of the graph exists. `UNSEEN`: something refers to it, and the survey cannot tell."""

    PRESENT = "present"
    MISSING = "missing"
    UNSEEN = "unseen"


@dataclass(frozen=True, repr=False)
class Graph:
    """Objects and the edges between them. `workloads` are the tops of the ownership chains of all pods."""

    nodes: Mapping[Ref, Presence]
    outgoing: Mapping[Ref, Sequence[Edge]]
    incoming: Mapping[Ref, Sequence[Edge]]
    workloads: frozenset[Ref] = frozenset()

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """All edges, sorted."""
        return tuple(sorted(chain.from_iterable(self.outgoing.values())))

    @cached_property
    def missing(self) -> tuple[Ref, ...]:
        """What others refer to and what the survey proves not to exist, sorted."""
        return tuple(sorted(ref for ref, presence in self.nodes.items() if presence is Presence.MISSING))

    def edges_of(self, ref: Ref) -> tuple[Edge, ...]:
        """Edges that start or end at a node, sorted."""
        return tuple(sorted({*self.outgoing.get(ref, ()), *self.incoming.get(ref, ())}))

    def between(self, one: Ref, other: Ref) -> tuple[Edge, ...]:
        """Edges that join two nodes, in either direction, sorted."""
        return tuple(each for each in self.edges_of(one) if other in (each.source, each.target))

    def neighbours(self, ref: Ref, kind: str | None = None) -> tuple[Ref, ...]:
        """Nodes one edge away (of one kind), sorted."""
        found = {each.target if each.source == ref else each.source for each in self.edges_of(ref)}
        return tuple(sorted(each for each in found if kind in (None, each.kind)))

    def dependencies(
        self, ref: Ref, hops: int | None = None, relations: Collection[Relation] | None = None
    ) -> tuple[Ref, ...]:
        """What `ref` needs, directly or (up to `hops`) through others: nearest first, then by name."""
        return tuple(_spread(ref, self._needs(relations), hops))

    def dependants(
        self, ref: Ref, hops: int | None = None, relations: Collection[Relation] | None = None
    ) -> tuple[Ref, ...]:
        """Who needs `ref`, directly or (up to `hops`) through others: nearest first, then by name."""
        return tuple(_spread(ref, self._needed_by(relations), hops))

    def distances(self, ref: Ref, hops: int | None = None) -> Mapping[Ref, int]:
        """Everything that `ref` needs or that needs it, with the length of the shortest way to each."""
        needs, needed = _spread(ref, self._needs(None), hops), _spread(ref, self._needed_by(None), hops)
        return {
            each: min(found[each] for found in (needs, needed) if each in found) for each in {**needs, **needed}
        }

    def blast_radius(self, ref: Ref) -> tuple[Ref, ...]:
        """Workloads, Jobs, Services and routes that transitively depend on `ref`, nearest first."""
        return tuple(each for each in self.dependants(ref) if self._is_felt(each))

    def path(self, source: Ref, target: Ref) -> tuple[Ref, ...]:
        """The shortest way on which a failure of `source` reaches `target`, both included; empty if there is none.

        Of several shortest ways the first by name is taken. What a workload suffers shows at its pods, so a way
        may end by going down from an owner to the owned target - but never up and down again between siblings.
        """
        step = self._needed_by(None)
        direct = _shortest(source, {target}, step)
        if direct:
            return direct
        down = self._owners(target)
        above = frozenset(down)
        way = _shortest(
            source, above, lambda ref: (each for each in step(ref) if not self._rises(ref, each, above))
        )
        return (*way, *reversed(down[: down.index(way[-1])]), target) if way else ()

    def namespace_of(self, ref: Ref) -> Ref | None:
        """The Namespace of a namespaced object. These edges are implied, not stored."""
        return Ref("Namespace", "", ref.namespace) if ref.namespace else None

    def _needs(self, relations: Collection[Relation] | None) -> _Step:
        def step(ref: Ref) -> Iterator[Ref]:
            for edge in self.outgoing.get(ref, ()):
                if not edge.relation.backward and (relations is None or edge.relation in relations):
                    yield edge.target
            for edge in self.incoming.get(ref, ()):
                if edge.relation.backward and (relations is None or edge.relation in relations):
                    yield edge.source

        return step

    def _needed_by(self, relations: Collection[Relation] | None) -> _Step:
        def step(ref: Ref) -> Iterator[Ref]:
            for edge in self.incoming.get(ref, ()):
                if not edge.relation.backward and (relations is None or edge.relation in relations):
                    yield edge.source
            for edge in self.outgoing.get(ref, ()):
                if edge.relation.backward and (relations is None or edge.relation in relations):
                    yield edge.target

        return step

    def _owners(self, ref: Ref) -> list[Ref]:
        """Owners of a node, the nearest first."""
        found: list[Ref] = []
        while len(found) < _MAX_OWNERS:
            edges = self.incoming.get(found[-1] if found else ref, ())
            owner = min((each.source for each in edges if each.relation is Relation.OWNS), default=None)
            if owner is None or owner in found or owner == ref:
                break
            found.append(owner)
        return found

    def _rises(self, below: Ref, above: Ref, owners: Collection[Ref]) -> bool:
        """Whether a step leads from an owned object to one of these owners by ownership alone."""
        return above in owners and {each.relation for each in self.between(below, above)} == {Relation.OWNS}

    def _is_felt(self, ref: Ref) -> bool:
        if ref.kind in _SERVING or ref.kind in _RUNNING or ref in self.workloads:
            return True
        return ref.kind in _RUNNING_UNOWNED and not self._owners(ref)


def build_graph(inventory: Inventory, calls: Sequence[Call] = ()) -> Graph:
    """The graph of one survey and of calls recorded elsewhere. Costs O(objects + edges)."""
    outgoing: defaultdict[Ref, list[Edge]] = defaultdict(list)
    incoming: defaultdict[Ref, list[Edge]] = defaultdict(list)
    nodes: dict[Ref, Presence] = dict.fromkeys(inventory.by_ref, Presence.PRESENT)
    for edge in dict.fromkeys(_all_edges(inventory, calls)):
        if edge.source == edge.target:
            continue
        for end in (edge.source, edge.target):
            if end not in nodes:
                nodes[end] = _presence(inventory, end)
        outgoing[edge.source].append(edge)
        incoming[edge.target].append(edge)
    return Graph(nodes, dict(outgoing), dict(incoming), frozenset(inventory.pods_by_workload))


def _all_edges(inventory: Inventory, calls: Sequence[Call]) -> Iterable[Edge]:
    return chain(
        workload_edges(inventory),
        pod_edges(inventory),
        network_edges(inventory),
        storage_edges(inventory),
        access_edges(inventory),
        call_edges(inventory, calls),
    )


def _presence(inventory: Inventory, ref: Ref) -> Presence:
    """Absence must be proven: the kind was listed completely, in a namespace within the scope of the survey."""
    known = BY_KIND.get(ref.kind)
    proven = known is not None and inventory.knows(known.struct, ref.namespace)
    return Presence.MISSING if proven else Presence.UNSEEN


def _spread(start: Ref, step: _Step, hops: int | None) -> dict[Ref, int]:
    """All nodes that steps reach and how many each takes, ordered by that and then by name; without the start."""
    seen = {start: 0}
    frontier = [start]
    distance = 0
    while frontier and (hops is None or distance < hops):
        distance += 1
        frontier = sorted({each for ref in frontier for each in step(ref)} - seen.keys())
        seen.update(dict.fromkeys(frontier, distance))
    del seen[start]
    return seen


def _shortest(source: Ref, goals: Collection[Ref], step: _Step) -> tuple[Ref, ...]:
    """Breadth first with sorted frontiers, so ties go to the first by name."""
    came_from: dict[Ref, Ref | None] = {source: None}
    frontier = [source]
    while frontier:
        reached = min((each for each in frontier if each in goals), default=None)
        if reached is not None:
            return _trace(reached, came_from)
        found: dict[Ref, Ref] = {}
        for ref in frontier:
            for each in step(ref):
                if each not in came_from:
                    found.setdefault(each, ref)
        came_from |= found
        frontier = sorted(found)
    return ()


def _trace(end: Ref, came_from: Mapping[Ref, Ref | None]) -> tuple[Ref, ...]:
    way: list[Ref] = []
    current: Ref | None = end
    while current is not None:
        way.append(current)
        current = came_from[current]
    return tuple(reversed(way))
