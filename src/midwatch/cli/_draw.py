"""The body of `midwatch graph`: which object is meant, and the picture of it in the wanted form."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from difflib import get_close_matches
from typing import Literal

import msgspec

from midwatch.domain.finding import Finding
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.kinds import RESOURCE_TYPES
from midwatch.domain.observation import Call
from midwatch.domain.resource import Ref
from midwatch.errors import UnknownName, UsageError
from midwatch.knowledge.graph import Graph, build_graph
from midwatch.knowledge.view import picture_of
from midwatch.render.dot import dot
from midwatch.render.png import png
from midwatch.render.svg import svg
from midwatch.render.text import text

Form = Literal["text", "markup", "dot", "svg", "png", "json"]

_SHORT = {
    "cj": "CronJob", "cm": "ConfigMap", "crb": "ClusterRoleBinding", "crd": "CustomResourceDefinition",
    "deploy": "Deployment", "ds": "DaemonSet", "ep": "Endpoints", "hpa": "HorizontalPodAutoscaler",
    "ing": "Ingress", "netpol": "NetworkPolicy", "no": "Node", "ns": "Namespace", "pc": "PriorityClass",
    "pdb": "PodDisruptionBudget", "po": "Pod", "pv": "PersistentVolume", "pvc": "PersistentVolumeClaim",
    "quota": "ResourceQuota", "rs": "ReplicaSet", "sa": "ServiceAccount", "sc": "StorageClass",
    "sts": "StatefulSet", "svc": "Service",
}  # fmt: skip
_KINDS = _SHORT | {name.lower(): each.kind for each in RESOURCE_TYPES for name in (each.kind, each.resource)}


def draw(
    inventory: Inventory,
    calls: Sequence[Call],
    focus: str,
    namespaces: Collection[str],
    hops: int,
    form: Form,
    *,
    findings: Sequence[Finding] = (),
    path: Sequence[Ref] = (),
) -> str | bytes:
    """The picture of `focus` (`KIND/NAME`; empty for an overview) as text, or as bytes for `png`.

    Raises `UnknownName` when there is no such object, `UsageError` when several are meant, `MissingExtra` for a
    PNG without a renderer.
    """
    graph = build_graph(inventory, calls)
    chosen = focus_of(graph, focus, namespaces) if focus else None
    picture = picture_of(graph, inventory, chosen, namespaces, hops, findings=findings, path=path)
    match form:
        case "text":
            return text(picture)
        case "markup":
            return text(picture, markup=True)
        case "dot":
            return dot(picture)
        case "svg":
            return svg(picture)
        case "png":
            return png(svg(picture))
        case "json":
            return msgspec.json.format(msgspec.json.encode(picture)).decode() + "\n"


def focus_of(graph: Graph, text: str, namespaces: Collection[str]) -> Ref:
    """The one object that `KIND/NAME` means; kinds as kubectl takes them (`deploy/cart`, `services/cart`)."""
    kind, slash, name = text.partition("/")
    if not slash or not kind or not name:
        raise UsageError(f"{text!r} names no object: write KIND/NAME, for instance deployment/cart")
    wanted = _KINDS.get(kind.lower(), kind)
    alike = [ref for ref in graph.nodes if ref.kind.lower() == wanted.lower() and _in_scope(ref, namespaces)]
    found = sorted(ref for ref in alike if ref.name == name)
    if not found:
        raise UnknownName(f"there is no {wanted} {name!r}{_scope(namespaces)}{_hint(name, alike)}")
    if len(found) > 1:
        spaces = ", ".join(ref.namespace for ref in found)
        raise UsageError(f"{text!r} exists in several namespaces ({spaces}): choose one with -n")
    return found[0]


def _in_scope(ref: Ref, namespaces: Collection[str]) -> bool:
    return not namespaces or not ref.namespace or ref.namespace in namespaces


def _scope(namespaces: Collection[str]) -> str:
    return f" in {', '.join(sorted(namespaces))}" if namespaces else ""


def _hint(name: str, alike: Sequence[Ref]) -> str:
    """Names that look like the one asked for."""
    near = get_close_matches(name, sorted({ref.name for ref in alike[:5000]}), n=3)
    return f"; did you mean {', '.join(near)}?" if near else ""
