"""Volumes of pods.

Source: kubernetes/pkg/apis/core/validation/validation.go (ValidateVolumes, validateVolumeSource).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from midwatch.lab.core.errors import FieldError
from midwatch.lab.core.objects import Obj
from midwatch.lab.schema.validation import names
from midwatch.lab.schema.validation.containers import descending
from midwatch.lab.schema.validation.errors import bad, duplicate, forbidden, required, unsupported

_MODE = "must be a number between 0 and 0777 (octal), both inclusive"
_REQUIRED = {"secret": "secretName", "configMap": "name", "persistentVolumeClaim": "claimName"}
_PATHS = ("", "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice")
_PROJECTIONS = (
    "secret",
    "configMap",
    "downwardAPI",
    "serviceAccountToken",
    "clusterTrustBundle",
    "podCertificate",
)


def check_volumes(found: Sequence[Obj], path: str) -> Iterator[FieldError]:
    """The volumes of a pod spec."""
    seen: set[str] = set()
    for index, each in enumerate(found):
        here, name = f"{path}[{index}]", each.get("name") or ""
        if not name:
            yield required(f"{here}.name")
        else:
            for why in names.label(name):
                yield bad(f"{here}.name", name, why)
            if name in seen:
                yield duplicate(f"{here}.name", name)
            seen.add(name)
        yield from _source(each, here)


def _source(found: Obj, path: str) -> Iterator[FieldError]:
    keys = [key for key in found if key != "name"]
    if not keys:
        yield required(path, "must specify a volume type")
    for key in keys[1:]:
        yield forbidden(f"{path}.{key}", "may not specify more than 1 volume type")
    for key in keys[:1]:
        source: Obj = found[key] or {}
        needed = _REQUIRED.get(key)
        if needed and not source.get(needed):
            yield required(f"{path}.{key}.{needed}")
        yield from _details(key, source, f"{path}.{key}")


def _details(key: str, found: Obj, path: str) -> Iterator[FieldError]:
    mode = found.get("defaultMode")
    if mode is not None and not 0 <= mode <= 0o777:
        yield bad(f"{path}.defaultMode", mode, _MODE)
    if key in ("secret", "configMap"):
        yield from _items(found.get("items") or (), f"{path}.items")
    elif key == "hostPath":
        yield from _host(found, path)
    elif key == "nfs":
        for each in ("server", "path"):
            if not found.get(each):
                yield required(f"{path}.{each}")
    elif key == "projected":
        yield from _projected(found.get("sources") or (), f"{path}.sources")
    elif key == "csi" and not found.get("driver"):
        yield required(f"{path}.driver")


def _items(found: Sequence[Obj], path: str) -> Iterator[FieldError]:
    for index, each in enumerate(found):
        if not each.get("key"):
            yield required(f"{path}[{index}].key")
        if not each.get("path"):
            yield required(f"{path}[{index}].path")
        yield from descending(each.get("path") or "", f"{path}[{index}].path")
        mode = each.get("mode")
        if mode is not None and not 0 <= mode <= 0o777:
            yield bad(f"{path}[{index}].mode", mode, _MODE)


def _host(found: Obj, path: str) -> Iterator[FieldError]:
    where = found.get("path") or ""
    if not where:
        yield required(f"{path}.path")
    elif ".." in where.split("/"):
        yield bad(f"{path}.path", where, "must not contain '..'")
    if found.get("type", "") not in _PATHS:
        yield unsupported(f"{path}.type", found["type"], sorted(_PATHS))


def _projected(found: Sequence[Obj], path: str) -> Iterator[FieldError]:
    for index, each in enumerate(found):
        keys = [key for key in _PROJECTIONS if key in each]
        if not keys:
            yield required(
                f"{path}[{index}]",
                "must specify one of `secret`, `configMap`, `downwardAPI`, or `serviceAccountToken`",
            )
        for key in keys[1:]:
            yield forbidden(f"{path}[{index}].{key}", "may not specify more than 1 volume type per source")
        for key in keys[:1]:
            yield from _projection(key, each[key], f"{path}[{index}].{key}")


def _projection(key: str, found: Obj, path: str) -> Iterator[FieldError]:
    if key in ("secret", "configMap"):
        if not found.get("name"):
            yield required(f"{path}.name")
        yield from _items(found.get("items") or (), f"{path}.items")
    elif key == "serviceAccountToken":
        lasts = found.get("expirationSeconds", 3600)
        if lasts < 600:
            yield bad(f"{path}.expirationSeconds", lasts, "may not specify a duration less than 10 minutes")
        if not found.get("path"):
            yield required(f"{path}.path")
