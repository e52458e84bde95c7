"""Which fields a document sets, and which differ between two.

Source: sigs.k8s.io/structured-merge-diff/typed/{tofieldset,compare}.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from midwatch.lab.core.objects import Obj
from midwatch.lab.schema.paths import Path, Paths, compact
from midwatch.lab.schema.types import ANY, Form, Type

_ALWAYS = frozenset({
    "metadata", "spec", "status", "strategy", "updateStrategy", "template", "jobTemplate", "resources",
    "containers",
})  # fmt: skip
"""Fields that are there even in an empty object, because they are no pointers: they are never added themselves."""


def is_whole(type_: Type, value: object) -> bool:
    """Whether a value has no parts that are owned apart."""
    if isinstance(value, dict):
        return type_.atomic or type_.form is Form.SCALAR
    if isinstance(value, list):
        return type_.form is not Form.LIST or type_.list_type == "atomic"
    return True


def is_leaf(type_: Type, value: object) -> bool:
    """Whether a value is owned as a whole: it has no such parts, or is empty."""
    return value in ({}, []) or is_whole(type_, value)


def items_of(type_: Type, values: list[Any]) -> Iterator[tuple[str, Any]]:
    """The items of a keyed list or set, each with its path element."""
    for value in values:
        yield element_of(type_, value), value


def element_of(type_: Type, value: Any) -> str:
    """The path element of an item of a keyed list or set."""
    if type_.list_type == "map" and isinstance(value, dict):
        return f"k:{compact(type_.key_of(cast('Obj', value)))}"
    return f"v:{compact(value)}"


def field_set(type_: Type, value: Any) -> Paths:
    """The paths that a document sets."""
    found: set[Path] = set()
    _walk(type_, value, (), found)
    return frozenset(found)


def _walk(type_: Type, value: Any, path: Path, found: set[Path]) -> None:
    if is_leaf(type_, value):
        if path:
            found.add(path)
    elif isinstance(value, list):
        for element, item in items_of(type_, cast("list[Any]", value)):
            here = (*path, element)
            found.add(here)
            if isinstance(item, dict):
                _walk(type_.items or ANY, item, here, found)
    else:
        for key, each in cast("Obj", value).items():
            here = (*path, f"f:{key}")
            if key not in type_.fields:
                found.add(here)
            _walk(type_.child(key), each, here, found)


@dataclass(slots=True)
class Difference:
    """The paths that were added or modified, and the roots of what was removed."""

    changed: set[Path] = field(default_factory=set[Path])
    removed: set[Path] = field(default_factory=set[Path])


def compare(type_: Type, old: Any, new: Any) -> Difference:
    """How a document differs from an older one."""
    found = Difference()
    _compare(type_, old, new, (), found)
    return found


def _compare(type_: Type, old: Any, new: Any, path: Path, found: Difference) -> None:
    if old is new:
        return
    if type(old) is not type(new) or is_whole(type_, new):
        if old != new:
            _added(type_, new, path, found)
        return
    before, after = _entries(type_, old), _entries(type_, new)
    for element in before.keys() - after.keys():
        found.removed.add((*path, element))
    for element, value in after.items():
        here = (*path, element)
        inner = _inner(type_, element)
        if element in before:
            _compare(inner, before[element], value, here, found)
        else:
            if not (element.startswith("f:") and element[2:] in _ALWAYS and not is_leaf(inner, value)):
                found.changed.add(here)
            _added(inner, value, here, found)


def _inner(type_: Type, element: str) -> Type:
    return type_.child(element[2:]) if element.startswith("f:") else type_.items or ANY


def _entries(type_: Type, value: Any) -> dict[str, Any]:
    if isinstance(value, list):
        return dict(items_of(type_, cast("list[Any]", value)))
    return {f"f:{key}": each for key, each in cast("Obj", value).items()}


def _added(type_: Type, value: Any, path: Path, found: Difference) -> None:
    if is_leaf(type_, value):
        found.changed.add(path)
        return
    for element, each in _entries(type_, value).items():
        here = (*path, element)
        inner = _inner(type_, element)
        if not (element.startswith("f:") and element[2:] in _ALWAYS and not is_leaf(inner, each)):
            found.changed.add(here)
        _added(inner, each, here, found)
