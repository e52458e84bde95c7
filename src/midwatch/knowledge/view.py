"""What of the graph is drawn: around one object or of some namespaces, grouped, with faults and their path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise

from midwatch.domain.finding import Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.resource import Ref
from midwatch.errors import UnknownName
from midwatch.knowledge._groups import Groups, common_name, group
from midwatch.knowledge._health import Look, look
from midwatch.knowledge.graph import Graph, Presence
from midwatch.render.picture import Picture, PictureEdge, PictureNode, State

LIMIT = 60
"""How many boxes a picture has at most."""

_OVERVIEW = frozenset({
    "Ingress", "HTTPRoute", "GRPCRoute", "Gateway", "Service", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet",
    "Job", "CronJob", "Pod", "PersistentVolumeClaim", "HorizontalPodAutoscaler",
})  # fmt: skip
_PLUMBING = frozenset({"EndpointSlice", "Endpoints", "Lease", "ControllerRevision", "CSINode"})
_EVERYWHERE = frozenset({("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")})
_SEVERITIES = {Severity.ERROR: State.ERROR, Severity.WARNING: State.WARN}
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
    distances = _around(graph, focus, hops) if focus is not None else _overview(graph, inventory, namespaces, worst)
    refs = {**distances, **dict.fromkeys(path, 0)}
    looks = {ref: _look(graph, inventory, ref, worst) for ref in refs}
    kept = {*path, *([focus] if focus is not None else [])}
    edges = (edge for ref in refs for edge in graph.outgoing.get(ref, ()))
    groups = group(inventory, refs, looks, edges, kept)
    shown, cut = _most_important(groups, looks, kept, refs, limit)
    spaces = {ref.namespace for ref in refs if ref.namespace}
    nodes = tuple(_node(name, groups.members[name], looks, focus, path, len(spaces) > 1) for name in shown)
    notes = tuple(_notes(cut, groups, focus))
    return Picture(_title(focus, namespaces, hops), nodes, tuple(_edges(groups, shown, path)), notes)


def _around(graph: Graph, focus: Ref, hops: int) -> dict[Ref, int]:
    """Distances from the focus, along what it needs and along who needs it; plumbing is left out."""
    if focus not in graph.nodes:
        raise UnknownName(f"{focus} is not in the cluster, and nothing refers to it; names are KIND/NAME in a namespace")
    found = {focus: 0}
    for ref, distance in (*graph.distances(focus, hops).items(), *graph.distances(focus, hops, needs=True).items()):
        if not _is_plumbing(graph, ref):
            found[ref] = min(found.get(ref, distance), distance)
    return found


def _overview(
    graph: Graph, inventory: Inventory, namespaces: Collection[str], worst: Mapping[Ref, State]
) -> dict[Ref, int]:
    """Traffic and workloads of the namespaces, and whatever is missing or not well."""
    inside = [ref for ref in graph.nodes if not namespaces or ref.namespace in namespaces]
    found = {ref for ref in inside if ref.kind in _OVERVIEW and graph.nodes[ref] is Presence.PRESENT}
    odd = (ref for ref in graph.nodes if not ref.namespace or not namespaces or ref.namespace in namespaces)
    for ref in odd:
        needed = any(each in found for each in graph.neighbours(ref)) if not ref.namespace else True
        if needed and not _is_plumbing(graph, ref) and _look(graph, inventory, ref, worst)[0] in _BAD:
            found.add(ref)
    return dict.fromkeys(sorted(found), 0)
