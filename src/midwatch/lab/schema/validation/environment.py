"""Environment variables of containers.

Source: kubernetes/pkg/apis/core/validation/validation.go (ValidateEnv, ValidateEnvFrom).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from midwatch.lab.core.errors import FieldError
from midwatch.lab.core.objects import Obj
from midwatch.lab.schema.validation import names
from midwatch.lab.schema.validation.errors import bad, required, unsupported

_FIELDS = (
    "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
    "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs",
)  # fmt: skip
_RESOURCES = (
    "limits.cpu", "limits.ephemeral-storage", "limits.memory",
    "requests.cpu", "requests.ephemeral-storage", "requests.memory",
)  # fmt: skip


def check_variables(found: Sequence[Obj], path: str) -> Iterator[FieldError]:
    """The `env` of a container."""
    for index, each in enumerate(found):
        name = each.get("name")
        if not name:
            yield required(f"{path}[{index}].name")
        else:
            for why in names.variable(name):
                yield bad(f"{path}[{index}].name", name, why)
        if "valueFrom" in each:
            yield from _source(each, f"{path}[{index}].valueFrom")


def _source(variable: Obj, path: str) -> Iterator[FieldError]:
    found: Obj = variable.get("valueFrom") or {}
    keys = [
        each for each in ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef") if found.get(each)
    ]
    for key in keys:
        yield from _CHECKS[key](found[key], f"{path}.{key}")
    if not keys:
        why = "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"
        yield bad(path, "", why)
    elif variable.get("value"):
        yield bad(path, "", "may not be specified when `value` is not empty")
    elif len(keys) > 1:
        yield bad(path, "", "may not have more than one field specified at a time")


def check_field(found: Obj, path: str) -> Iterator[FieldError]:
    """A reference to a field of the pod, for an environment variable."""
    field = found.get("fieldPath") or ""
    if not field:
        yield required(f"{path}.fieldPath")
    elif field.partition("[")[0] in ("metadata.labels", "metadata.annotations") and field.endswith("']"):
        for why in names.qualified(field.partition("['")[2].removesuffix("']")):
            yield bad(path, field, why)
    elif field not in _FIELDS:
        why = f"error converting fieldPath: field label not supported: {field}"
        yield bad(f"{path}.fieldPath", field, why)


def _resource(found: Obj, path: str) -> Iterator[FieldError]:
    resource = found.get("resource") or ""
    if not resource:
        yield required(f"{path}.resource")
    elif resource not in _RESOURCES and ".hugepages-" not in resource:
        yield unsupported(f"{path}.resource", resource, _RESOURCES)


def _key(found: Obj, path: str) -> Iterator[FieldError]:
    for why in names.subdomain(found.get("name") or ""):
        yield bad(f"{path}.name", found.get("name") or "", why)
    if not found.get("key"):
        yield required(f"{path}.key")
    else:
        for why in names.config_key(found["key"]):
            yield bad(f"{path}.key", found["key"], why)


_CHECKS = {"fieldRef": check_field, "resourceFieldRef": _resource, "configMapKeyRef": _key, "secretKeyRef": _key}


def check_sources(found: Sequence[Obj], path: str) -> Iterator[FieldError]:
    """The `envFrom` of a container."""
    for index, each in enumerate(found):
        for why in names.variable(each["prefix"]) if each.get("prefix") else ():
            yield bad(f"{path}[{index}].prefix", each["prefix"], why)
        keys = [key for key in ("configMapRef", "secretRef") if each.get(key) is not None]
        for key in keys:
            if not each[key].get("name"):
                yield required(f"{path}[{index}].{key}.name")
        if not keys:
            yield bad(path, "", "must specify one of: `configMapRef` or `secretRef`")
        elif len(keys) > 1:
            yield bad(path, "", "may not have more than one field specified at a time")
