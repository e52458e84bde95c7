"""Volumes, claims and their classes as rows.

Source: kubernetes/pkg/printers/internalversion/printers.go, kubernetes/pkg/apis/core/v1/helper/helpers.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from midwatch.lab.api.tables.columns import NONE, UNSET, Printer, age, columns, name
from midwatch.lab.core.objects import Obj, annotations_of, is_deleted, part, spec, status

_MODES = (
    ("ReadWriteOnce", "RWO"),
    ("ReadOnlyMany", "ROX"),
    ("ReadWriteMany", "RWX"),
    ("ReadWriteOncePod", "RWOP"),
)
_CLASS = "volume.beta.kubernetes.io/storage-class"
_DEFAULT = ("storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class")


def _modes(found: Sequence[str] | None) -> str:
    return ",".join(short for mode, short in _MODES if mode in (found or ()))


def _class(found: Obj) -> str:
    return annotations_of(found).get(_CLASS) or spec(found).get("storageClassName") or ""


def _phase(found: Obj) -> str:
    return "Terminating" if is_deleted(found) else status(found).get("phase", "")


def _volume(found: Obj, now: float) -> list[Any]:
    body = spec(found)
    claim: Obj = body.get("claimRef") or {}
    return [
        name(found),
        str(part(body, "capacity").get("storage", "0")),
        _modes(body.get("accessModes")),
        body.get("persistentVolumeReclaimPolicy", ""),
        _phase(found),
        f"{claim.get('namespace', '')}/{claim.get('name', '')}" if claim else "",
        _class(found),
        body.get("volumeAttributesClassName") or UNSET,
        status(found).get("reason", ""),
        age(found, now),
        body.get("volumeMode") or UNSET,
    ]


def _claim(found: Obj, now: float) -> list[Any]:
    body, state = spec(found), status(found)
    bound = bool(body.get("volumeName"))
    return [
        name(found),
        _phase(found),
        body.get("volumeName", ""),
        str(part(state, "capacity").get("storage", "0")) if bound else "",
        _modes(state.get("accessModes")) if bound else "",
        _class(found),
        body.get("volumeAttributesClassName") or UNSET,
        age(found, now),
        body.get("volumeMode") or UNSET,
    ]


def _storage_class(found: Obj, now: float) -> list[Any]:
    default = any(annotations_of(found).get(each) == "true" for each in _DEFAULT)
    return [
        name(found) + (" (default)" if default else ""),
        found.get("provisioner", ""),
        found.get("reclaimPolicy") or "Delete",
        found.get("volumeBindingMode") or "Immediate",
        bool(found.get("allowVolumeExpansion")),
        age(found, now),
    ]


def _attachment(found: Obj, now: float) -> list[Any]:
    body = spec(found)
    volume = part(body, "source").get("persistentVolumeName", "")
    attached = bool(status(found).get("attached"))
    return [name(found), body.get("attacher", ""), volume, body.get("nodeName", ""), attached, age(found, now)]


def _driver(found: Obj, now: float) -> list[Any]:
    body = spec(found)
    requests: Sequence[Obj] | None = body.get("tokenRequests")
    return [
        name(found),
        body.get("attachRequired", True),
        bool(body.get("podInfoOnMount")),
        bool(body.get("storageCapacity")),
        UNSET if requests is None else ",".join(each.get("audience", "") for each in requests),
        bool(body.get("requiresRepublish")),
        ",".join(body.get("volumeLifecycleModes") or ()) or NONE,
        age(found, now),
    ]


def _node(found: Obj, now: float) -> list[Any]:
    return [name(found), len(spec(found).get("drivers") or ()), age(found, now)]


PRINTERS = {
    "PersistentVolume": Printer(
        columns(
            "Name|Capacity|Access Modes|Reclaim Policy|Status|Claim|StorageClass|VolumeAttributesClass|Reason|Age",
            "VolumeMode",
        ),
        _volume,
    ),
    "PersistentVolumeClaim": Printer(
        columns("Name|Status|Volume|Capacity|Access Modes|StorageClass|VolumeAttributesClass|Age", "VolumeMode"),
        _claim,
    ),
    "StorageClass": Printer(
        columns("Name|Provisioner|ReclaimPolicy|VolumeBindingMode|AllowVolumeExpansion|Age"), _storage_class
    ),
    "VolumeAttachment": Printer(columns("Name|Attacher|PV|Node|Attached|Age"), _attachment),
    "CSIDriver": Printer(
        columns("Name|AttachRequired|PodInfoOnMount|StorageCapacity|TokenRequests|RequiresRepublish|Modes|Age"),
        _driver,
    ),
    "CSINode": Printer(columns("Name|Drivers|Age", "", "Drivers"), _node),
}
