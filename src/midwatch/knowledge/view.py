"""What of the graph is drawn: around one object or of some namespaces, grouped, with faults and their path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise

from midwatch.domain.finding import Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.resource import Ref
from midwatch.errors import UnknownName
from midwatch.knowledge._groups import MERGED, Groups, common_name, group, heads
from midwatch.knowledge._health import Look, look
from midwatch.knowledge.graph import Graph, Presence
from midwatch.knowledge.relation import Relation
from midwatch.render.picture import Picture, PictureEdge, PictureNode, State

LIMIT = 60
"""How many boxes a picture has at most."""

_OVERVIEW = frozenset({
    "Ingress", "HTTPRoute", "GRPCRoute", "Gateway", "Service", "Deployment", "StatefulSet", "DaemonSet",
    "ReplicaSet", "Job", "CronJob", "Pod", "PersistentVolumeClaim", "HorizontalPodAutoscaler",
})  # fmt: skip
_PLUMBING = frozenset({"EndpointSlice", "Endpoints", "Lease", "ControllerRevision", "CSINode"})
_EVERYWHERE = frozenset({("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")})
_SEVERITIES = {Severity.ERROR: State.ERROR, Severity.WARNING: State.WARN}
_BAD = frozenset({State.WARN, State.ERROR, State.MISSING})
_ORDER = list(State)


def picture_of(
    graph: Graph,
    inventory: Inventory,
    focus: Ref | None = None,
    namespaces: Collection[str] = (),
    hops: int = 2,
    *,
    findings: Sequence[Finding] = (),
    path: Sequence[Ref] = (),
    limit: int = LIMIT,
) -> Picture:
    """What `focus` needs and who needs it, up to `hops` away; without a focus an overview of `namespaces`.

    No namespace means all of them. `findings` colour their subjects; `path` (from culprit to symptom) is always
    drawn, in bold. Raises `UnknownName` when nothing is known of `focus`.
    """
    worst = _worst(findings)
    distances = (
        _around(graph, focus, hops) if focus is not None else _overview(graph, inventory, namespaces, worst)
    )
    refs = _with_owners(inventory, {**distances, **dict.fromkeys(path, 0)})
    looks = {ref: _look(graph, inventory, ref, worst) for ref in refs}
    kept = {*path, *([focus] if focus is not None else [])}
    edges = (edge for ref in refs for edge in graph.outgoing.get(ref, ()))
    groups = group(inventory, looks, edges, kept, fold=focus is None)
    shown, cut = _most_important(groups, looks, kept, refs, limit)
    spaces = {ref.namespace for ref in refs if ref.namespace}
    nodes = tuple(_node(name, groups.members[name], looks, (focus, path), len(spaces) > 1) for name in shown)
    notes = tuple(_notes(cut, groups, focus))
    return Picture(_title(focus, namespaces, hops), nodes, tuple(_edges(groups, shown, path)), notes)


def _around(graph: Graph, focus: Ref, hops: int) -> dict[Ref, int]:
    """Distances from the focus, along what it needs and along who needs it; plumbing is left out."""
    if focus not in graph.nodes:
        raise UnknownName(
            f"{focus} is not in the cluster, and nothing refers to it; names are KIND/NAME in a namespace"
        )
    near = graph.distances(focus, hops).items()
    return {focus: 0} | {ref: distance for ref, distance in near if not _is_plumbing(graph, ref)}


def _with_owners(inventory: Inventory, refs: Mapping[Ref, int]) -> dict[Ref, int]:
    """Also the workloads of pods, ReplicaSets and Jobs, which may be drawn in their place."""
    result = dict(refs)
    for ref, distance in refs.items():
        found = inventory.find(ref) if ref.kind in MERGED or ref.kind == "Pod" else None
        if found is not None:
            result.setdefault(inventory.workload(found), distance)
    return result


def _overview(
    graph: Graph, inventory: Inventory, namespaces: Collection[str], worst: Mapping[Ref, State]
) -> dict[Ref, int]:
    """Traffic and workloads of the namespaces, and whatever is missing or not well."""
    inside = [ref for ref in graph.nodes if not namespaces or not ref.namespace or ref.namespace in namespaces]
    main = {ref for ref in inside if ref.namespace and ref.kind in _OVERVIEW and ref in inventory.by_ref}
    odd = {
        ref
        for ref in inside
        if not _is_plumbing(graph, ref)
        and _look(graph, inventory, ref, worst)[0] in _BAD
        and (ref.namespace or any(each in main for each in graph.neighbours(ref)))
    }
    return dict.fromkeys(sorted(main | odd), 0)


def _is_plumbing(graph: Graph, ref: Ref) -> bool:
    """What every workload has and nobody asks about, as long as it is there."""
    if ref.kind in _PLUMBING:
        return True
    return (ref.kind, ref.name) in _EVERYWHERE and graph.nodes[ref] is not Presence.MISSING


def _worst(findings: Sequence[Finding]) -> Mapping[Ref, State]:
    worst: dict[Ref, State] = {}
    for finding in findings:
        state = _SEVERITIES.get(finding.severity) if finding.status is Status.ACTIVE else None
        if state is not None:
            worst[finding.subject] = max(state, worst.get(finding.subject, state), key=_ORDER.index)
    return worst


def _look(graph: Graph, inventory: Inventory, ref: Ref, worst: Mapping[Ref, State]) -> Look:
    presence, found = graph.nodes.get(ref), inventory.find(ref)
    if presence is Presence.MISSING:
        return State.MISSING, "missing"
    if found is None:
        return max(State.UNKNOWN, worst.get(ref, State.UNKNOWN), key=_ORDER.index), "not listed"
    state, detail = look(inventory, found)
    return max(state, worst.get(ref, state), key=_ORDER.index), detail


def _most_important(
    groups: Groups, looks: Mapping[Ref, Look], kept: Collection[Ref], distances: Mapping[Ref, int], limit: int
) -> tuple[list[str], list[str]]:
    """Boxes to draw and boxes to leave out: first what was asked for, then what is not well, then what is near."""

    def rank(name: str) -> tuple[bool, int, int, str]:
        refs = groups.members[name]
        state = max(_ORDER.index(looks[each][0]) for each in refs)
        return not any(each in kept for each in refs), -state, min(distances[each] for each in refs), name

    ranked = sorted(groups.members, key=rank)
    drawn = frozenset(ranked[:limit])
    return sorted(drawn, key=lambda name: (heads(groups.members[name])[0], name)), ranked[limit:]


def _node(
    name: str,
    refs: Sequence[Ref],
    looks: Mapping[Ref, Look],
    marks: tuple[Ref | None, Collection[Ref]],
    wide: bool,
) -> PictureNode:
    named = heads(refs)
    first = named[0]
    space = f"{first.namespace}/" if wide and first.namespace else ""
    return PictureNode(
        id=name,
        kind=first.kind,
        label=space + common_name(named),
        state=max((looks[each][0] for each in refs), key=_ORDER.index),
        detail=looks[first][1],
        count=len(named),
        focus=marks[0] in refs,
        on_path=any(each in marks[1] for each in refs),
    )


def _edges(groups: Groups, shown: Sequence[str], path: Sequence[Ref]) -> Iterator[PictureEdge]:
    drawn = frozenset(shown)
    box = {ref: name for name, refs in groups.members.items() for ref in refs}
    steps = {frozenset((box[one], box[other])) for one, other in pairwise(path)}
    for (left, right), relations in sorted(groups.links.items()):
        if left in drawn and right in drawn:
            label = ", ".join(each for each in Relation if each in relations)
            yield PictureEdge(left, right, label, frozenset((left, right)) in steps)


def _notes(cut: Sequence[str], groups: Groups, focus: Ref | None) -> Iterator[str]:
    if cut:
        kinds = Counter(each.kind for name in cut for each in heads(groups.members[name]))
        listed = ", ".join(
            f"{kind} × {count}" for kind, count in sorted(kinds.items(), key=lambda each: (-each[1], each[0]))
        )
        choice = "a namespace or an object" if focus is None else "fewer hops"
        yield f"Not drawn for want of room: {listed}. Choose {choice}."
    if focus is None:
        yield "Overview without pods, configuration, access and storage that are well: name an object to see them."


def _title(focus: Ref | None, namespaces: Collection[str], hops: int) -> str:
    if focus is not None:
        return f"{focus} and what is up to {hops} {'step' if hops == 1 else 'steps'} away"
    spaces = sorted(namespaces)
    if not spaces:
        return "All namespaces"
    return f"{'Namespace' if len(spaces) == 1 else 'Namespaces'} {', '.join(spaces)}"
