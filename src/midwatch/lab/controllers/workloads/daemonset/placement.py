"""On which nodes a DaemonSet's pod should be, and which pod is on which.

Source: kubernetes/pkg/controller/daemon/daemon_controller.go (NodeShouldRunDaemonPod), util/daemonset_util.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from midwatch.domain.kube.cluster import Node, Taint
from midwatch.domain.kube.meta import ObjectMeta
from midwatch.domain.kube.pods import NodeSelector, Toleration
from midwatch.domain.kube.selectors import node_matches, tolerates
from midwatch.lab.core.objects import Obj, annotations_of, labels_of, name_of, part, spec

_GENERATION = "deprecated.daemonset.template.generation"
_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
REVISION = "controller-revision-hash"
_ALWAYS = (
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
)
_NETWORK = ("node.kubernetes.io/network-unavailable", "NoSchedule")


class Place(NamedTuple):
    """What placement needs to know of a node."""

    node: Node
    taints: tuple[Taint, ...]


def place_of(node: Obj) -> Place:
    """Decode the part of a node that matters here."""
    head = ObjectMeta(name=name_of(node), labels=labels_of(node))
    return Place(Node(metadata=head), msgspec.convert(spec(node).get("taints") or [], tuple[Taint, ...]))


class Wish(NamedTuple):
    """What a DaemonSet's template says about nodes."""

    name: str
    labels: dict[str, str]
    required: NodeSelector | None
    tolerations: tuple[Toleration, ...]


def wish_of(found: Obj) -> Wish:
    """Decode the part of a template that matters here."""
    body: Obj = spec(spec(found).get("template") or {})
    required = part(body, "affinity", "nodeAffinity", _REQUIRED)
    return Wish(
        body.get("nodeName") or "",
        body.get("nodeSelector") or {},
        msgspec.convert(required, NodeSelector) if required else None,
        msgspec.convert(tolerations(body), tuple[Toleration, ...]),
    )


def should_run(wish: Wish, place: Place) -> tuple[bool, bool]:
    """(A pod should be made there, one that is there may stay)."""
    labels = place.node.metadata.labels
    named = not wish.name or wish.name == place.node.name
    fits = named and wish.labels.items() <= labels.items() and node_matches(wish.required, place.node)
    if not fits:
        return False, False
    against = [
        each
        for each in place.taints
        if each.effect in ("NoSchedule", "NoExecute")
        and not any(tolerates(toleration, each) for toleration in wish.tolerations)
    ]
    return not against, not any(each.effect == "NoExecute" for each in against)


def tolerations(body: Obj) -> list[Obj]:
    """A template's tolerations, and those that every daemon pod has. Source: AddOrUpdateDaemonPodTolerations."""
    found: list[Obj] = list(body.get("tolerations") or ())
    for key, effect in (*_ALWAYS, *((_NETWORK,) if body.get("hostNetwork") else ())):
        wanted = {"key": key, "operator": "Exists", "effect": effect}
        if wanted not in found:
            found.append(wanted)
    return found


def generation_of(found: Obj) -> str:
    """The generation of the template, an annotation."""
    return annotations_of(found).get(_GENERATION) or "1"


def daemon_pod(found: Obj, pod: Obj, node: str, revision: str) -> Obj:
    """The pod for one node: bound to it by an affinity to its name, labelled with the revision."""
    body: Obj = spec(pod)
    affinity: Obj = body.get("affinity") or {}
    term = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}
    required = {_REQUIRED: {"nodeSelectorTerms": [term]}}
    nodes: Obj = {**(affinity.get("nodeAffinity") or {}), **required}
    labels = {**labels_of(pod), REVISION: revision, "pod-template-generation": generation_of(found)}
    placed: Obj = {**body, "affinity": {**affinity, "nodeAffinity": nodes}, "tolerations": tolerations(body)}
    return {**pod, "metadata": {**pod["metadata"], "labels": labels}, "spec": placed}


def target_of(pod: Obj) -> str:
    """The node that a daemon pod runs on, or is meant for. Source: util/daemonset_util.go (GetTargetNodeName)."""
    if node := spec(pod).get("nodeName"):
        return node
    required = part(spec(pod), "affinity", "nodeAffinity", _REQUIRED)
    terms: Sequence[Obj] = required.get("nodeSelectorTerms") or ()
    for term in terms:
        fields: Sequence[Obj] = term.get("matchFields") or ()
        for each in fields:
            if each["key"] == "metadata.name" and each["operator"] == "In" and len(each["values"]) == 1:
                return each["values"][0]
    return ""
