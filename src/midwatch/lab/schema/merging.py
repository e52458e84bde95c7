"""Merging of typed documents for server-side apply, and removing fields from them.

Source: sigs.k8s.io/structured-merge-diff/typed/{merge,remove}.go.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

from midwatch.lab.core.objects import Obj
from midwatch.lab.schema.fieldsets import element_of, is_whole, items_of
from midwatch.lab.schema.paths import Path
from midwatch.lab.schema.types import ANY, Type


def merge(type_: Type, old: Any, new: Any) -> Any:
    """A document with another one laid over it: structures and keyed lists merge, what is atomic is replaced."""
    if type(old) is not type(new) or is_whole(type_, new):
        return new
    if isinstance(new, list):
        return _lists(type_, cast("list[Any]", old), cast("list[Any]", new))
    if not isinstance(new, dict):
        return new
    over = cast("Obj", new)
    result = dict(cast("Obj", old))
    for key, value in over.items():
        result[key] = merge(type_.child(key), result[key], value) if key in result else value
    return result


def _lists(type_: Type, old: list[Any], new: list[Any]) -> list[Any]:
    """Items in the order of the new list; those that it does not name keep their place before their successors."""
    before, after = dict(items_of(type_, old)), dict(items_of(type_, new))
    merged = {
        element: merge(type_.items or ANY, before[element], value) if element in before else value
        for element, value in after.items()
    }
    result: list[Any] = []
    waiting = list(before)
    done: set[str] = set()
    for element in merged:
        if element in before:
            while waiting and waiting[0] != element and (waiting[0] not in merged or waiting[0] in done):
                first = waiting.pop(0)
                if first not in merged:
                    result.append(before[first])
            if waiting and waiting[0] == element:
                waiting.pop(0)
        result.append(merged[element])
        done.add(element)
    return [*result, *(before[each] for each in waiting if each not in merged)]


def remove(type_: Type, value: Any, paths: Collection[Path]) -> Any:
    """A document without certain fields and items."""
    if not paths:
        return value
    if isinstance(value, list):
        return _without_items(type_, cast("list[Any]", value), paths)
    if not isinstance(value, dict):
        return value
    found = cast("Obj", value)
    gone, below = _split(paths)
    result: Obj = {}
    for key, each in found.items():
        element = f"f:{key}"
        if element not in gone:
            result[key] = remove(type_.child(key), each, below.get(element, ()))
    return result


def _without_items(type_: Type, values: list[Any], paths: Collection[Path]) -> list[Any]:
    gone, below = _split(paths)
    kept: list[Any] = []
    for each in values:
        element = element_of(type_, each)
        if element not in gone:
            kept.append(remove(type_.items or ANY, each, below.get(element, ())))
    return kept


def _split(paths: Collection[Path]) -> tuple[set[str], dict[str, list[Path]]]:
    gone = {path[0] for path in paths if len(path) == 1}
    below: dict[str, list[Path]] = {}
    for path in paths:
        if len(path) > 1 and path[0] not in gone:
            below.setdefault(path[0], []).append(path[1:])
    return gone, below
