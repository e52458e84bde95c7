"""Custom resources as rows, by the columns that their definition names.

Source: k8s.io/apiextensions-apiserver/pkg/registry/customresource/tableconvertor/tableconvertor.go.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, cast

from midwatch.lab.api.ages import since
from midwatch.lab.api.tables.columns import Column, Printer, age, columns, name
from midwatch.lab.core.kinds import CRD, Kind
from midwatch.lab.core.objects import Obj, parts
from midwatch.lab.core.store import Store

_STEP = re.compile(
    r"""\.(?P<field>[^.\[\\]+(?:\\.[^.\[\\]+)*)|\['(?P<quoted>[^']+)'\]|\[(?P<index>-?\d+|\*)\]"""
    r"""|\[\?\(@\.(?P<key>[^=\s]+)\s*==\s*["'](?P<value>[^"']*)["']\)\]"""
)


def path_values(found: Any, path: str) -> list[Any]:
    """What a JSON path (`.status.conditions[?(@.type=="Ready")].status`) finds, as kubectl reads it."""
    values: list[Any] = [found]
    for step in _STEP.finditer(path.strip("{}")):
        values = [inner for each in values for inner in _step(each, step)]
    return [each for each in values if each is not None]


def _step(found: Any, step: re.Match[str]) -> list[Any]:
    field = step["field"] or step["quoted"]
    if field is not None:
        return [cast("Obj", found).get(field.replace("\\", ""))] if isinstance(found, dict) else []
    if not isinstance(found, list):
        return []
    items = cast("list[Any]", found)
    if step["key"] is not None:
        return [each for each in items if isinstance(each, dict) and _is(cast("Obj", each), step)]
    if step["index"] == "*":
        return items
    return items[int(step["index"]) :][:1]


def _is(found: Obj, step: re.Match[str]) -> bool:
    return str(found.get(step["key"])) == step["value"]


def definition_version(store: Store, kind: Kind) -> Obj:
    """A custom kind's version as its definition describes it; empty when there is none."""
    found = store.get(CRD, "", kind.resource)
    versions = parts(found, "spec", "versions") if found else []
    nothing: Obj = {}
    return next((each for each in versions if each.get("name") == kind.version), nothing)


def custom_printer(store: Store, kind: Kind) -> Printer:
    """How a custom kind is printed: by its additional columns, else by name and age."""
    wanted: Sequence[Obj] = definition_version(store, kind).get("additionalPrinterColumns") or ()
    if not wanted:
        return Printer(columns("Name|Age"), lambda obj, now: [name(obj), age(obj, now)])
    more = [Column(each["name"], each.get("type", "string"), bool(each.get("priority"))) for each in wanted]

    def row(obj: Obj, now: float) -> list[Any]:
        return [name(obj), *(_cell(obj, each, now) for each in wanted)]

    return Printer([Column("Name"), *more], row)


def _cell(obj: Obj, column: Obj, now: float) -> Any:
    values = path_values(obj, column["jsonPath"])
    if not values:
        return None
    match column.get("type"):
        case "date":
            return since(str(values[0]), now)
        case "string":
            return ",".join(map(str, values))
        case _:
            return values[0]
