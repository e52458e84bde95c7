"""Claims, volumes and storage classes.

Source: kubernetes/pkg/apis/core/validation/validation.go, kubernetes/pkg/apis/storage/validation/validation.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from midwatch.lab.core.errors import FieldError
from midwatch.lab.core.objects import Obj, part, spec, status
from midwatch.lab.schema.validation import names
from midwatch.lab.schema.validation.differences import difference
from midwatch.lab.schema.validation.errors import bad, forbidden, required, unsupported
from midwatch.lab.schema.validation.numbers import IMMUTABLE, same
from midwatch.lab.schema.validation.resources import amount, check_amount, text
from midwatch.lab.schema.validation.selectors import check_selector

_MODES = ("ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod")
_PLAIN = frozenset({
    "capacity", "accessModes", "persistentVolumeReclaimPolicy", "storageClassName", "volumeMode", "claimRef",
    "mountOptions", "nodeAffinity", "volumeAttributesClassName",
})  # fmt: skip
_CLAIM_WHY = (
    "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"
)
_POLICIES = ("Delete", "Recycle", "Retain")


def claim(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A PersistentVolumeClaim."""
    yield from check_claim_spec(spec(new), "spec")
    if old is not None:
        yield from _claim_update(new, old)


def check_claim_spec(found: Obj, path: str) -> Iterator[FieldError]:
    """What a claim, or a StatefulSet's claim template, asks for."""
    modes: Sequence[str] = found.get("accessModes") or ()
    if not modes:
        yield required(f"{path}.accessModes", "at least 1 access mode is required")
    yield from check_selector(found.get("selector"), f"{path}.selector")
    for each in modes:
        if each not in _MODES:
            yield unsupported(f"{path}.accessModes", each, _MODES)
    if "ReadWriteOncePod" in modes and len(modes) > 1:
        yield forbidden(f"{path}.accessModes", "may not use ReadWriteOncePod with other access modes")
    requests: Obj = part(found, "resources", "requests")
    where = f"{path}.resources[storage]"
    if "storage" not in requests:
        yield required(where)
    elif amount(requests["storage"]) <= 0:
        yield bad(where, text(requests["storage"]), "must be greater than zero")
    else:
        yield from check_amount("storage", requests["storage"], where)
    name = found.get("storageClassName")
    for why in names.subdomain(name) if name else ():
        yield bad(f"{path}.storageClassName", name, why)
    if found.get("volumeMode") not in (None, "Block", "Filesystem"):
        yield unsupported(f"{path}.volumeMode", found["volumeMode"], ("Block", "Filesystem"))


def _claim_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    after, before = _comparable(spec(new)), _comparable(spec(old))
    if not before.get("volumeName"):
        before = {key: value for key, value in before.items() if key != "volumeName"}
        after_free = {key: value for key, value in after.items() if key != "volumeName"}
    else:
        after_free = after
    if before.get("storageClassName") is None and after_free.get("storageClassName") is not None:
        before = {**before, "storageClassName": after_free["storageClassName"]}
    new_size, old_size = _size(spec(new)), _size(spec(old))
    if status(new).get("phase") == "Bound" and new_size is not None:
        after_free = {**after_free, "resources": before.get("resources")}
    if after_free != before:
        yield forbidden("spec", f"{_CLAIM_WHY}\n{difference(before, after_free)}")
    if new_size is not None and old_size is not None and amount(new_size) < amount(old_size):
        capacity = part(new, "status", "capacity").get("storage", "0")
        if amount(new_size) <= amount(capacity):
            yield forbidden("spec.resources.requests.storage", "field can not be less than status.capacity")


def _comparable(found: Obj) -> Obj:
    return {key: value for key, value in found.items() if key != "volumeAttributesClassName"}


def _size(found: Obj) -> object:
    return part(found, "resources", "requests").get("storage")


def volume(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A PersistentVolume."""
    found = spec(new)
    if not found.get("accessModes"):
        yield required("spec.accessModes")
    for each in found.get("accessModes") or ():
        if each not in _MODES:
            yield unsupported("spec.accessModes", each, _MODES)
    yield from _capacity(found.get("capacity") or {})
    if found.get("persistentVolumeReclaimPolicy") not in _POLICIES:
        yield unsupported(
            "spec.persistentVolumeReclaimPolicy", found.get("persistentVolumeReclaimPolicy"), _POLICIES
        )
    sources = [key for key in found if key not in _PLAIN]
    if not sources:
        yield required("spec", "must specify a volume type")
    for key in sources[1:]:
        yield forbidden(f"spec.{key}", "may not specify more than 1 volume type")
    if "local" in found and not found.get("nodeAffinity"):
        yield required("metadata.annotations", "Local volume requires node affinity")
    if old is not None:
        yield from _volume_update(found, spec(old), sources)


def _capacity(capacity: Obj) -> Iterator[FieldError]:
    if not capacity:
        yield required("spec.capacity")
    elif "storage" not in capacity or len(capacity) > 1:
        yield unsupported("spec.capacity", sorted(capacity), ("storage",))
    elif amount(capacity["storage"]) <= 0:
        yield bad("spec.capacity[storage]", text(capacity["storage"]), "must be greater than zero")


def _volume_update(new: Obj, old: Obj, sources: Sequence[str]) -> Iterator[FieldError]:
    if any(new.get(key) != old.get(key) for key in {*sources, *(key for key in old if key not in _PLAIN)}):
        before = {key: value for key, value in old.items() if key not in _PLAIN}
        after = {key: value for key, value in new.items() if key not in _PLAIN}
        why = "spec.persistentvolumesource is immutable after creation"
        yield forbidden("spec.persistentvolumesource", f"{why}\n{difference(before, after)}")
    yield from same(new, old, "spec", ("volumeMode",))
    if old.get("nodeAffinity") and new.get("nodeAffinity") != old.get("nodeAffinity"):
        yield bad("spec.nodeAffinity", new.get("nodeAffinity"), IMMUTABLE)


def storage_class(new: Obj, old: Obj | None) -> Iterator[FieldError]:
    """A StorageClass."""
    if not new.get("provisioner"):
        yield required("provisioner")
    if new.get("reclaimPolicy") not in ("Delete", "Retain"):
        yield unsupported("reclaimPolicy", new.get("reclaimPolicy"), ("Delete", "Retain"))
    if new.get("volumeBindingMode") not in ("Immediate", "WaitForFirstConsumer"):
        yield unsupported("volumeBindingMode", new.get("volumeBindingMode"), ("Immediate", "WaitForFirstConsumer"))
    if old is None:
        return
    for key in ("parameters", "provisioner", "reclaimPolicy"):
        if (new.get(key) or None) != (old.get(key) or None):
            yield forbidden(key, f"updates to {key} are forbidden.")
    yield from same(new, old, "", ("volumeBindingMode",))
