"""Keeping `managedFields` up to date on ordinary writes.

Source: k8s.io/apimachinery/pkg/util/managedfields/internal/structuredmerge.go (Update),
sigs.k8s.io/structured-merge-diff/merge/update.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj, meta, stamp
from midwatch.lab.schema.fieldsets import compare
from midwatch.lab.schema.managed import Manager, ownable, read_managers, write_managers
from midwatch.lab.schema.paths import without
from midwatch.lab.schema.types import type_of

_RESET: tuple[list[Obj], ...] = ([], [{}])


def track(
    kind: Kind,
    old: Mapping[str, Any] | None,
    new: Obj,
    manager: str,
    operation: str,
    now: float,
    subresource: str = "",
) -> Obj:
    """An object as it will be stored, with the fields that this write changed given to its manager.

    `operation` is `Update` (also for creates and patches). Whoever managed these fields before no longer does. A
    new object with an empty list of managers resets them.
    """
    given = meta(new).get("managedFields")
    source = new if given is not None else old or {}
    managers = [] if given in _RESET else read_managers(source)
    before = _bare(old or {})
    found = compare(type_of(kind), before, _bare(new))
    changed = ownable(kind, found.changed, subresource)
    if not changed and not found.removed:
        return write_managers(new, managers)
    mine = Manager(manager, operation, kind.api_version, stamp(now), changed, subresource)
    result: list[Manager] = []
    for each in managers:
        kept = without(each.paths, found.removed)
        if each.identity == mine.identity:
            mine = replace(mine, paths=kept | mine.paths, version=mine.version)
        else:
            result.append(replace(each, paths=kept - changed))
    return write_managers(new, [*result, mine])


def _bare(found: Mapping[str, Any]) -> Obj:
    """An object without what no write by a user changes."""
    head = {key: value for key, value in meta(found).items() if key not in ("managedFields", "resourceVersion")}
    return {**found, "metadata": head}
