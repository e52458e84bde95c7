"""DefaultStorageClass, StorageObjectInUseProtection and PersistentVolumeClaimResize.

Source: kubernetes/plugin/pkg/admission/storage/{storageclass/setdefault,storageobjectinuseprotection,
persistentvolume/resize}/admission.go, kubernetes/pkg/volume/util/storageclass.go.
"""

from __future__ import annotations

from midwatch.lab.access.quantities import milli
from midwatch.lab.core.errors import forbidden
from midwatch.lab.core.kinds import PV, PVC, STORAGE_CLASS
from midwatch.lab.core.objects import Obj, annotations_of, meta, name_of, part, spec, with_meta, with_spec
from midwatch.lab.core.registry import Request
from midwatch.lab.core.store import Store

_DEFAULT = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")
_CLASS = "volume.beta.kubernetes.io/storage-class"


class DefaultStorageClass:
    """Gives claims without a class the default one: the newest, if there are several."""

    name = "DefaultStorageClass"

    def __init__(self, store: Store) -> None:
        self._store = store

    def admit(self, request: Request) -> Obj:
        """The claim with its class."""
        claim = request.obj
        if request.kind is not PVC or request.operation != "CREATE":
            return claim
        if spec(claim).get("storageClassName") is not None or _CLASS in annotations_of(claim):
            return claim
        found = [each for each in self._store.list(STORAGE_CLASS) if is_default(each)]
        if not found:
            return claim
        found.sort(key=name_of)
        newest = max(found, key=lambda each: meta(each).get("creationTimestamp") or "")
        return with_spec(claim, storageClassName=name_of(newest))


class StorageProtection:
    """Puts the finalizers on claims and volumes that keep them while they are in use."""

    name = "StorageObjectInUseProtection"

    def admit(self, request: Request) -> Obj:
        """The object with its finalizer."""
        if request.kind not in (PVC, PV) or request.operation != "CREATE":
            return request.obj
        wanted = "kubernetes.io/pvc-protection" if request.kind is PVC else "kubernetes.io/pv-protection"
        own: list[str] = meta(request.obj).get("finalizers") or []
        return request.obj if wanted in own else with_meta(request.obj, finalizers=[*own, wanted])


class ClaimResize:
    """Refuses to grow claims whose StorageClass cannot."""

    name = "PersistentVolumeClaimResize"

    def __init__(self, store: Store) -> None:
        self._store = store

    def admit(self, request: Request) -> Obj:
        """Raises `ApiError` 403."""
        if request.kind is not PVC or request.operation != "UPDATE" or request.subresource or request.old is None:
            return request.obj
        if _storage(request.obj) <= _storage(request.old):
            return request.obj
        name = spec(request.old).get("storageClassName") or annotations_of(request.old).get(_CLASS) or ""
        found = self._store.get(STORAGE_CLASS, "", name) if name else None
        if found is None or not found.get("allowVolumeExpansion"):
            why = (
                "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc "
                "must support resize"
            )
            raise forbidden(PVC, request.name, why)
        return request.obj


def is_default(storage_class: Obj) -> bool:
    """Whether a StorageClass is marked as the default."""
    return any(annotations_of(storage_class).get(each) == "true" for each in _DEFAULT)


def _storage(claim: Obj) -> int:
    return milli(part(claim, "spec", "resources", "requests").get("storage"))
