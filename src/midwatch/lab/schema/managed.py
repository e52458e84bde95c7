"""Who manages which fields: the entries of `metadata.managedFields`.

Source: k8s.io/apimachinery/pkg/util/managedfields/internal/{managedfields,stripmeta,managers}.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj, meta, stamp
from midwatch.lab.schema.paths import Path, Paths, from_fields, to_fields

APPLY, UPDATE = "Apply", "Update"
_STRIPPED: frozenset[Path] = frozenset({
    ("f:apiVersion",), ("f:kind",), ("f:metadata",),
    *(("f:metadata", f"f:{each}") for each in (
        "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation", "managedFields",
        "resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds",
    )),
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Manager:
    """One manager's fields. `name`, `operation`, `version` (updates only) and `subresource` identify it."""

    name: str
    operation: str
    version: str
    time: str
    paths: Paths
    subresource: str = ""

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What tells managers apart: appliers are the same in all versions."""
        version = "" if self.operation == APPLY else self.version
        return self.name, self.operation, version, self.subresource

    def __str__(self) -> str:
        """How a conflict names it. Source: k8s.io/apimachinery/pkg/util/managedfields/internal/conflict.go."""
        text = f'"{self.name}"'
        if self.subresource:
            text += f' with subresource "{self.subresource}"'
        return f"{text} using {self.version}" if self.operation == UPDATE else text


def read_managers(found: Mapping[str, Any]) -> list[Manager]:
    """The managers of an object."""
    entries: Sequence[Obj] = meta(found).get("managedFields") or ()
    return [
        Manager(
            each.get("manager", ""),
            each.get("operation", UPDATE),
            each.get("apiVersion", ""),
            each.get("time", ""),
            from_fields(each.get("fieldsV1") or {}),
            each.get("subresource", ""),
        )
        for each in entries
        if each
    ]


def write_managers(found: Obj, managers: Iterable[Manager]) -> Obj:
    """An object with these managers, in the order in which the API lists them; those of nothing are left out."""
    kept = [each for each in managers if each.paths]
    kept.sort(key=lambda each: (each.operation, each.time, each.name, each.version, each.subresource))
    head = {key: value for key, value in meta(found).items() if key != "managedFields"}
    if kept:
        head["managedFields"] = [_entry(each) for each in kept]
    return {**found, "metadata": head}


def _entry(manager: Manager) -> Obj:
    return {
        "manager": manager.name,
        "operation": manager.operation,
        "apiVersion": manager.version,
        "time": manager.time,
        "fieldsType": "FieldsV1",
        "fieldsV1": to_fields(manager.paths),
        **({"subresource": manager.subresource} if manager.subresource else {}),
    }


def ownable(kind: Kind, paths: Iterable[Path], subresource: str) -> Paths:
    """Without the fields that nobody manages, and without what a write to this (sub)resource does not set."""
    kept = (path for path in paths if path not in _STRIPPED)
    if subresource == "status":
        return frozenset(path for path in kept if path[0] != "f:spec")
    if kind.has_status:
        return frozenset(path for path in kept if path[0] != "f:status")
    return frozenset(kept)


def renewed(manager: Manager, paths: Paths, now: float) -> Manager:
    """A manager with other fields; its time moves when they differ."""
    return manager if paths == manager.paths and manager.time else replace(manager, paths=paths, time=stamp(now))
