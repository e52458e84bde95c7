"""Many objects as few boxes: pods by workload and state, owned sets in their owner, alike leaves as one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.pods import Pod
from midwatch.domain.resource import Ref
from midwatch.knowledge._health import Look
from midwatch.knowledge.relation import Edge, Relation
from midwatch.render.picture import State

MERGED = frozenset({"ReplicaSet", "Job"})
"""Kinds that are drawn as part of what owns them."""
_ALIKE = 3
_MIN_PREFIX = 3
_INHERITED = frozenset({Relation.MOUNTS, Relation.REFERENCES})

Link = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Groups:
    """The boxes: members by the id of the box, and the relations between boxes."""

    members: Mapping[str, Sequence[Ref]]
    links: Mapping[Link, frozenset[Relation]]


def group(
    inventory: Inventory,
    looks: Mapping[Ref, Look],
    edges: Iterable[Edge],
    kept: Collection[Ref],
    *,
    fold: bool,
) -> Groups:
    """Boxes for everything in `looks`. `kept` stay by themselves; `fold` puts fine pods into their workload."""
    refs = looks.keys()
    box = {ref: _box(inventory, ref, looks[ref], kept, fold=fold) for ref in refs}
    members: defaultdict[str, list[Ref]] = defaultdict(list)
    for ref in sorted(refs):
        members[box[ref]].append(ref)
    links: defaultdict[Link, set[Relation]] = defaultdict(set)
    for edge in edges:
        if edge.source in box and edge.target in box and box[edge.source] != box[edge.target]:
            links[box[edge.source], box[edge.target]].add(edge.relation)
    return _merge_alike(Groups(members, _essential(links)), looks, kept)


def common_name(refs: Sequence[Ref]) -> str:
    """What the names of several objects have in common."""
    if len(refs) == 1:
        return refs[0].name
    first, last = min(each.name for each in refs), max(each.name for each in refs)
    same = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    prefix = first[: sum(1 for _ in same)]
    return f"{prefix}…" if len(prefix) >= _MIN_PREFIX else f"{refs[0].name}, …"


def heads(refs: Sequence[Ref]) -> Sequence[Ref]:
    """The members that give a box its name: the owner alone where owned sets are merged into it."""
    return [each for each in refs if each.kind not in MERGED and each.kind != "Pod"] or refs


def _box(inventory: Inventory, ref: Ref, look: Look, kept: Collection[Ref], *, fold: bool) -> str:
    found = inventory.find(ref)
    if ref in kept or found is None:
        return str(ref)
    if ref.kind == "Node" and look[0] is State.OK:
        return "Node *"
    if isinstance(found, Pod):
        return _pod_box(ref, inventory.workload(found), look, fold=fold)
    return str(inventory.workload(found)) if ref.kind in MERGED else str(ref)


def _pod_box(pod: Ref, top: Ref, look: Look, *, fold: bool) -> str:
    if top == pod:
        return str(pod)
    return str(top) if fold and look[0] is State.OK else f"Pod of {top} {look[0]} {look[1]}"


def _essential(links: Mapping[Link, set[Relation]]) -> dict[Link, frozenset[Relation]]:
    """Without what follows from the rest: a Service of a workload has its pods, and pods use what it uses."""
    owner = {right: left for (left, right), relations in sorted(links.items()) if Relation.OWNS in relations}
    result: dict[Link, frozenset[Relation]] = {}
    for (left, right), relations in sorted(links.items()):
        rest = set(relations)
        if right in owner and Relation.SELECTS in links.get((left, owner[right]), ()):
            rest.discard(Relation.SELECTS)
        if left in owner:
            rest -= _INHERITED & set(links.get((owner[left], right), ()))
        if rest:
            result[left, right] = frozenset(rest)
    return result


def _merge_alike(groups: Groups, looks: Mapping[Ref, Look], kept: Collection[Ref]) -> Groups:
    """Fine objects of one kind with the same edges become one box when there are several."""
    edges: defaultdict[str, list[tuple[str, bool, frozenset[Relation]]]] = defaultdict(list)
    for (left, right), relations in groups.links.items():
        edges[left].append((right, True, relations))
        edges[right].append((left, False, relations))
    alike: defaultdict[object, list[str]] = defaultdict(list)
    for name, refs in groups.members.items():
        first = heads(refs)[0]
        if len(heads(refs)) == 1 and first not in kept and all(looks[each][0] is State.OK for each in refs):
            alike[first.kind, first.namespace, looks[first], frozenset(edges[name])].append(name)
    merged = {name: names[0] for names in alike.values() if len(names) >= _ALIKE for name in names}
    members: defaultdict[str, list[Ref]] = defaultdict(list)
    for name, refs in groups.members.items():
        members[merged.get(name, name)].extend(refs)
    links: defaultdict[Link, frozenset[Relation]] = defaultdict(frozenset)
    for (left, right), relations in groups.links.items():
        links[merged.get(left, left), merged.get(right, right)] |= relations
    return Groups(members, links)
