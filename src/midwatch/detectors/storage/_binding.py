"""Which volumes a claim could bind to, and what keeps it from the nearest one, as the volume controller matches.

Source: pkg/controller/volume/persistentvolume/{index.go,pv_controller.go}, component-helpers/storage/volume.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from midwatch.detectors._amounts import amount
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.pods import Pod
from midwatch.domain.kube.selectors import matches
from midwatch.domain.kube.storage import PersistentVolume, PersistentVolumeClaim, StorageClass
from midwatch.domain.resource import Ref

_DEFAULT = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")
_PROVISIONED = "pv.kubernetes.io/provisioned-by"
_NOISE = frozenset({"pv", "pvc", "claim", "volume", "vol", "data", "storage", "disk"})
_MODES = {"RWO": "ReadWriteOnce", "ROX": "ReadOnlyMany", "RWX": "ReadWriteMany", "RWOP": "ReadWriteOncePod"}
_MANY, _SOME = 40, 10
"""How many volumes of a kind are compared with one claim."""
NO_PROVISIONER = "kubernetes.io/no-provisioner"


class Mismatch(NamedTuple):
    """One reason why a claim cannot have a volume: its cause, what the claim wants, what the volume has."""

    cause: str
    path: str
    wanted: str
    found: str


class Candidate(NamedTuple):
    """A volume with everything that stands between it and a claim; `related`: it seems made for the claim."""

    volume: PersistentVolume
    mismatches: tuple[Mismatch, ...]
    related: bool


def claim_users(inventory: Inventory) -> dict[Ref, list[Pod]]:
    """Pods by the claims that they mount (an index: use it with `Inventory.derive`)."""
    index: dict[Ref, list[Pod]] = {}
    for pod in inventory.all(Pod):
        for name in claim_names(pod):
            index.setdefault(Ref("PersistentVolumeClaim", pod.namespace, name), []).append(pod)
    return index


def claim_names(pod: Pod) -> Iterator[str]:
    """Names of the claims of a pod; a generic ephemeral volume makes its own."""
    for each in pod.spec.volumes:
        if each.persistent_volume_claim is not None and each.persistent_volume_claim.claim_name:
            yield each.persistent_volume_claim.claim_name
        elif each.ephemeral is not None:
            yield f"{pod.name}-{each.name}"


def default_class(inventory: Inventory) -> StorageClass | None:
    """The class of claims that name none."""
    classes = inventory.all(StorageClass)
    return next(
        (each for each in classes if any(each.metadata.annotations.get(k) == "true" for k in _DEFAULT)), None
    )


def class_name(inventory: Inventory, claim: PersistentVolumeClaim) -> str:
    """The class of a claim, the default one included; empty when it has none."""
    if claim.spec.storage_class_name is not None:
        return claim.spec.storage_class_name
    found = default_class(inventory)
    return found.name if found else ""


class _Offers(NamedTuple):
    """Volumes made by hand, which any claim may compete for: by class, by name and by the words in their names."""

    free: dict[str, list[PersistentVolume]]
    taken: dict[str, list[PersistentVolume]]
    related: dict[frozenset[str], list[PersistentVolume]]
    reserved: dict[tuple[str, str], list[PersistentVolume]]


def offers(inventory: Inventory) -> _Offers:
    """All volumes that were not made on demand (an index: use it with `Inventory.derive`)."""
    found = _Offers(defaultdict(list), defaultdict(list), defaultdict(list), defaultdict(list))
    for each in inventory.all(PersistentVolume):
        if _PROVISIONED in each.metadata.annotations:
            continue
        owner = each.spec.claim_ref
        is_free = each.status.phase != "Bound" and owner is None
        (found.free if is_free else found.taken)[each.spec.storage_class_name].append(each)
        found.related[_words(each.name)].append(each)
        if owner is not None:
            found.reserved[owner.namespace, owner.name].append(each)
    return found


def candidates(inventory: Inventory, claim: PersistentVolumeClaim) -> list[Candidate]:
    """Volumes that a claim could have meant, the nearest first."""
    wanted = class_name(inventory, claim)
    if claim.spec.volume_name:
        named = inventory.get(PersistentVolume, "", claim.spec.volume_name)
        volumes = [named] if named else []
    else:
        volumes = list({each.name: each for each in _plausible(inventory.derive(offers), claim, wanted)}.values())
    found = [Candidate(each, tuple(_mismatches(claim, each, wanted)), is_related(claim, each)) for each in volumes]
    return sorted(found, key=lambda each: (_distance(each), not each.related, each.volume.name))


def _plausible(found: _Offers, claim: PersistentVolumeClaim, wanted: str) -> Iterator[PersistentVolume]:
    """Those with its name, those of its class, and some of each other class: enough to see what differs."""
    yield from found.reserved.get((claim.namespace, claim.name), ())
    words = _words(claim.name)
    yield from found.related.get(words, [])[:_SOME] if words else ()
    yield from found.free.get(wanted, [])[:_MANY]
    yield from found.taken.get(wanted, [])[:_SOME]
    others = (each for name, volumes in found.free.items() if name != wanted for each in volumes[:_SOME])
    yield from islice(others, _MANY)


def _distance(found: Candidate) -> float:
    """A volume of somebody else is further away than any other single mismatch."""
    taken = any(each.cause == "pv-already-bound" for each in found.mismatches)
    return len(found.mismatches) + (0.5 if taken else 0) - (0.6 if found.related else 0)


def is_related(claim: PersistentVolumeClaim, volume: PersistentVolume) -> bool:
    """Whether a volume names the claim, is named by it, or carries the same words in its name."""
    owner = volume.spec.claim_ref
    if claim.spec.volume_name == volume.name or (owner is not None and _same(owner.namespace, owner.name, claim)):
        return True
    words = _words(claim.name)
    return bool(words) and words == _words(volume.name)


@lru_cache(maxsize=4096)
def _words(name: str) -> frozenset[str]:
    return frozenset(name.replace(".", "-").split("-")) - _NOISE


def _same(namespace: str, name: str, claim: PersistentVolumeClaim) -> bool:
    return (namespace, name) == (claim.namespace, claim.name)


def _mismatches(claim: PersistentVolumeClaim, volume: PersistentVolume, wanted: str) -> Iterator[Mismatch]:
    yield from _state_mismatches(claim, volume)
    spec, have = claim.spec, volume.spec
    if wanted != have.storage_class_name:
        yield Mismatch(
            "pvc-storage-class-mismatch",
            ".spec.storageClassName",
            wanted or "none",
            have.storage_class_name or "none",
        )
    modes = {_MODES.get(each, each) for each in have.access_modes}
    missing = [each for each in spec.access_modes if _MODES.get(each, each) not in modes]
    if missing and modes:
        yield Mismatch(
            "pvc-access-mode-mismatch", ".spec.accessModes", ", ".join(missing), ", ".join(sorted(modes))
        )
    if (spec.volume_mode or "Filesystem") != (have.volume_mode or "Filesystem"):
        yield Mismatch(
            "pvc-access-mode-mismatch",
            ".spec.volumeMode",
            spec.volume_mode or "Filesystem",
            have.volume_mode or "Filesystem",
        )
    size, room = spec.resources.requests.get("storage"), have.capacity.get("storage")
    if room is not None and amount(size) > amount(room):
        yield Mismatch("pvc-capacity-mismatch", ".spec.resources.requests.storage", str(size), str(room))
    if spec.selector is not None and not matches(spec.selector, volume.metadata.labels):
        labels = ", ".join(f"{key}={value}" for key, value in volume.metadata.labels.items()) or "none"
        chosen = [f"{key}={value}" for key, value in spec.selector.match_labels.items()]
        chosen += [f"{each.key} {each.operator}" for each in spec.selector.match_expressions]
        yield Mismatch("pvc-selector-mismatch", ".spec.selector", ", ".join(chosen), labels)


def _state_mismatches(claim: PersistentVolumeClaim, volume: PersistentVolume) -> Iterator[Mismatch]:
    owner, phase = volume.spec.claim_ref, volume.status.phase
    if phase in ("Released", "Failed"):
        yield Mismatch("pv-released", ".status.phase", "Available", phase)
    elif owner is not None and owner.name and not _same(owner.namespace, owner.name, claim):
        yield Mismatch(
            "pv-already-bound",
            ".spec.claimRef",
            f"{claim.namespace}/{claim.name}",
            f"{owner.namespace}/{owner.name}",
        )
    elif owner is None and phase == "Bound":
        yield Mismatch("pv-already-bound", ".status.phase", "Available", phase)
