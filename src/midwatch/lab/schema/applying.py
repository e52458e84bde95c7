"""Server-side apply.

Source: sigs.k8s.io/structured-merge-diff/merge/update.go (Apply, prune),
k8s.io/apimachinery/pkg/util/managedfields/internal/{structuredmerge,conflict}.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from midwatch.lab.core.errors import ApiError, bad_request
from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj, meta, name_of, namespace_of
from midwatch.lab.schema.decoding import prune
from midwatch.lab.schema.fieldsets import compare, field_set
from midwatch.lab.schema.keys import missing_key
from midwatch.lab.schema.managed import APPLY, Manager, ownable, read_managers, renewed, write_managers
from midwatch.lab.schema.merging import merge, remove
from midwatch.lab.schema.paths import Path, Paths, shown, with_fields, without
from midwatch.lab.schema.types import type_of


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that someone else manages."""

    manager: Manager
    path: Path


def apply(
    kind: Kind,
    current: Mapping[str, Any] | None,
    applied: Mapping[str, Any],
    manager: str,
    force: bool,
    now: float,
    subresource: str = "",
) -> Obj:
    """An object with a manager's intent applied: to be created (`current` is None) or updated.

    What the manager applied before and no longer does goes, unless someone else manages it, too. Raises `ApiError`
    409 when a field with another value belongs to someone else (not with `force`, which takes it), and 400 or 500
    for a configuration that does not fit the type.
    """
    type_, config = type_of(kind), _checked(kind, applied)
    live = dict(current) if current is not None else _empty(kind, config)
    managers = read_managers(live)
    mine = Manager(manager, APPLY, kind.api_version, "", frozenset(), subresource)
    last = next((each for each in managers if each.identity == mine.identity), mine)
    others = [each for each in managers if each.identity != mine.identity]
    wanted = ownable(kind, field_set(type_, config), subresource)
    merged = _bare(cast("Obj", merge(type_, _bare(live), config)))
    merged = cast("Obj", remove(type_, merged, _abandoned(last.paths, wanted, others)))
    found = compare(type_, _bare(live), merged)
    if not force:
        _refuse(_conflicts(others, found.changed))
    kept = [replace(each, paths=without(each.paths, found.removed) - found.changed) for each in others]
    mine = renewed(replace(last, version=kind.api_version), wanted, now)
    if current is not None and not found.changed and not found.removed and mine == last:
        return live
    head = {**meta(merged), **_version(live)}
    return write_managers({**merged, "metadata": head}, [*kept, mine])


def _checked(kind: Kind, applied: Mapping[str, Any]) -> Obj:
    if meta(applied).get("managedFields"):
        raise bad_request("metadata.managedFields must be nil")
    config, unknown = prune(kind, applied)
    what = f"{namespace_of(applied)}/{name_of(applied)}; {kind.api_version}, Kind={kind.kind}"
    problem = next(
        (f".{each[15:-1]}: field not declared in schema" for each in unknown), missing_key(kind, config)
    )
    if problem:
        raise ApiError(500, "", f"failed to create typed patch object ({what}): {problem}")
    return config


def _empty(kind: Kind, config: Obj) -> Obj:
    head = {key: meta(config)[key] for key in ("name", "namespace") if key in meta(config)}
    return {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": head}


def _bare(found: Obj) -> Obj:
    head = {key: value for key, value in meta(found).items() if key not in ("managedFields", "resourceVersion")}
    return {**found, "metadata": head}


def _version(live: Obj) -> Obj:
    version = meta(live).get("resourceVersion")
    return {} if version is None else {"resourceVersion": version}


def _abandoned(last: Paths, wanted: Paths, others: Iterable[Manager]) -> set[Path]:
    """What the manager set before and nobody sets now."""
    held: set[Path] = set(wanted)
    for each in others:
        held |= each.paths
    return with_fields(last) - with_fields(held)


def _conflicts(others: Iterable[Manager], changed: set[Path]) -> list[Conflict]:
    return [Conflict(each, path) for each in others for path in sorted(each.paths & changed)]


def _refuse(conflicts: Sequence[Conflict]) -> None:
    if not conflicts:
        return
    causes = [
        {"reason": "FieldManagerConflict", "message": f"conflict with {each.manager}", "field": shown(each.path)}
        for each in conflicts
    ]
    raise ApiError(409, "Conflict", _message(conflicts), details={"causes": causes})


def _message(conflicts: Sequence[Conflict]) -> str:
    if len(conflicts) == 1:
        return f"Apply failed with 1 conflict: conflict with {conflicts[0].manager}: {shown(conflicts[0].path)}"
    by: dict[str, list[Path]] = {}
    for each in conflicts:
        by.setdefault(str(each.manager), []).append(each.path)
    lines: list[str] = []
    for manager in sorted(by):
        lines += [f"conflicts with {manager}:", *(f"- {shown(path)}" for path in by[manager])]
    return f"Apply failed with {len(conflicts)} conflicts: " + "\n".join(lines)
