"""Which volume suits a claim, and where a volume can be used: asked by the scheduler and by the volume binder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from midwatch.domain.kube.meta import LabelRequirement, LabelSelector
from midwatch.domain.kube.selectors import matches, satisfies
from midwatch.domain.quantity import parse_quantity
from midwatch.lab.core.kinds import PV, STORAGE_CLASS
from midwatch.lab.core.objects import (
    Obj,
    annotations_of,
    is_deleted,
    labels_of,
    name_of,
    namespace_of,
    part,
    parts,
    spec,
    status,
    uid_of,
)
from midwatch.lab.core.store import Store

BIND_COMPLETED = "pv.kubernetes.io/bind-completed"
BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller"
SELECTED_NODE = "volume.kubernetes.io/selected-node"
NO_PROVISIONER = "kubernetes.io/no-provisioner"


def class_of(found: Obj) -> str:
    """The storage class that a claim or volume names; empty for none."""
    beta = annotations_of(found).get("volume.beta.kubernetes.io/storage-class")
    return beta if beta is not None else spec(found).get("storageClassName") or ""


def is_delayed(store: Store, claim: Obj) -> bool:
    """Whether a claim waits for its first consumer.

    Source: kubernetes/pkg/controller/volume/persistentvolume/util/util.go (IsDelayBindingMode).
    """
    found = store.get(STORAGE_CLASS, "", class_of(claim))
    return found is not None and found.get("volumeBindingMode") == "WaitForFirstConsumer"


def is_bound(claim: Obj) -> bool:
    """Whether the binder has finished with a claim."""
    return bool(spec(claim).get("volumeName")) and BIND_COMPLETED in annotations_of(claim)


def is_for(volume: Obj, claim: Obj) -> bool:
    """Whether a volume is reserved for this claim, by name and (when it says so) by UID."""
    ref: Obj = spec(volume).get("claimRef") or {}
    if ref.get("name") != name_of(claim) or ref.get("namespace") != namespace_of(claim):
        return False
    return ref.get("uid") in (None, "", uid_of(claim))


def size_of(volume: Obj) -> float:
    """Its capacity in bytes."""
    return parse_quantity(part(spec(volume), "capacity").get("storage")) or 0.0


def requested(claim: Obj) -> float:
    """The size that a claim asks for, in bytes."""
    return parse_quantity(part(spec(claim), "resources", "requests").get("storage")) or 0.0


def usable_on(volume: Obj, labels: Mapping[str, str], node: str) -> bool:
    """Whether a volume's node affinity accepts a node."""
    affinity: Obj = spec(volume).get("nodeAffinity") or {}
    return accepts(affinity.get("required"), labels, node)


def accepts(selector: Obj | None, labels: Mapping[str, str], node: str) -> bool:
    """Whether a node selector (terms of requirements, as JSON) accepts a node; none accepts every one."""
    if selector is None:
        return True
    return any(_term(each, labels, node) for each in parts(selector, "nodeSelectorTerms"))


def _term(term: Obj, labels: Mapping[str, str], node: str) -> bool:
    expressions, fields = parts(term, "matchExpressions"), parts(term, "matchFields")
    if not expressions and not fields:
        return False
    own = {"metadata.name": node}
    return all(satisfies(_requirement(each), labels) for each in expressions) and all(
        satisfies(_requirement(each), own) for each in fields
    )


def _requirement(found: Obj) -> LabelRequirement:
    return msgspec.convert(found, LabelRequirement)


def best_volume(store: Store, claim: Obj, node: tuple[str, Mapping[str, str]] | None = None) -> Obj | None:
    """The volume to bind to a claim: one reserved for it, else the smallest that suits; None when there is none.

    `node` (name, labels) restricts the choice to volumes usable there.
    Source: k8s.io/component-helpers/storage/volume/pv_helpers.go (FindMatchingVolume).
    """
    fitting = [each for each in store.list(PV) if _suits(each, claim, node)]
    reserved = next((each for each in fitting if spec(each).get("claimRef")), None)
    return reserved or min(fitting, key=lambda each: (size_of(each), name_of(each)), default=None)


def _suits(volume: Obj, claim: Obj, node: tuple[str, Mapping[str, str]] | None) -> bool:
    if spec(volume).get("claimRef"):
        if not is_for(volume, claim):
            return False
    elif not _is_free_choice(volume, claim):
        return False
    if size_of(volume) < requested(claim) or not _has_modes(volume, claim):
        return False
    return node is None or usable_on(volume, node[1], node[0])


def _is_free_choice(volume: Obj, claim: Obj) -> bool:
    if is_deleted(volume) or status(volume).get("phase") not in (None, "", "Available"):
        return False
    if class_of(volume) != class_of(claim):
        return False
    selector: Obj | None = spec(claim).get("selector")
    return selector is None or matches(msgspec.convert(selector, LabelSelector), labels_of(volume))


def _has_modes(volume: Obj, claim: Obj) -> bool:
    have: Iterable[str] = spec(volume).get("accessModes") or ()
    wanted: Iterable[str] = spec(claim).get("accessModes") or ()
    if not set(wanted) <= set(have):
        return False
    return (spec(volume).get("volumeMode") or "Filesystem") == (spec(claim).get("volumeMode") or "Filesystem")
