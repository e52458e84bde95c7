"""Defaults of claims, volumes and classes.

Source: kubernetes/pkg/apis/core/v1/defaults.go, kubernetes/pkg/apis/storage/v1/defaults.go.
"""

from __future__ import annotations

from typing import Any

from midwatch.lab.core.objects import Obj
from midwatch.lab.schema.defaults.filling import changed, filled

_CLASS: dict[str, Any] = {"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"}
_DRIVER: dict[str, Any] = {
    "attachRequired": True,
    "podInfoOnMount": False,
    "storageCapacity": False,
    "fsGroupPolicy": "ReadWriteOnceWithFSType",
    "requiresRepublish": False,
    "seLinuxMount": False,
    "volumeLifecycleModes": ["Persistent"],
}


def claim(found: Obj) -> Obj:
    """A PersistentVolumeClaim."""
    found = changed(found, "spec", lambda piece: filled(piece, {"volumeMode": "Filesystem"}))
    return found if found.get("status") else {**found, "status": {"phase": "Pending"}}


def volume(found: Obj) -> Obj:
    """A PersistentVolume."""
    found = changed(
        found,
        "spec",
        lambda piece: filled(piece, {"persistentVolumeReclaimPolicy": "Retain", "volumeMode": "Filesystem"}),
    )
    found = changed(found, "spec", lambda piece: changed(piece, "hostPath", lambda inner: {"type": "", **inner}))
    return found if found.get("status") else {**found, "status": {"phase": "Pending"}}


def storage_class(found: Obj) -> Obj:
    """A StorageClass."""
    return filled(found, _CLASS)


def driver(found: Obj) -> Obj:
    """A CSIDriver."""
    return changed(found, "spec", lambda piece: filled(piece, _DRIVER))
