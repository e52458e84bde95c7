"""Sets of field paths, and their form in `managedFields` (FieldsV1).

A path is a tuple of elements as FieldsV1 writes them: `f:name` (a field or key), `k:{"name":"a"}` (an item of a
keyed list) or `v:"x"` (an item of a set). Source: sigs.k8s.io/structured-merge-diff/fieldpath/serialize.go.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

from midwatch.lab.core.objects import Obj

Path: TypeAlias = tuple[str, ...]
Paths: TypeAlias = frozenset[Path]


def compact(value: object) -> str:
    """JSON as the API writes it: sorted, without spaces."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


@dataclass(slots=True)
class _Node:
    member: bool = False
    children: dict[str, _Node] = field(default_factory=dict[str, "_Node"])


def to_fields(paths: Iterable[Path]) -> Obj:
    """A set of paths as FieldsV1."""
    root = _Node()
    for path in paths:
        node = root
        for element in path:
            node = node.children.setdefault(element, _Node())
        node.member = True
    return _fields(root)


def _fields(node: _Node) -> Obj:
    inner: Obj = {key: _fields(node.children[key]) for key in sorted(node.children)}
    return {".": {}, **inner} if node.member and inner else inner


def from_fields(fields: Mapping[str, Any]) -> Paths:
    """The set of paths that FieldsV1 stands for."""
    found: set[Path] = set()
    _read(fields, (), found)
    return frozenset(found)


def _read(fields: Mapping[str, Any], path: Path, found: set[Path]) -> None:
    if path and (not fields or "." in fields):
        found.add(path)
    for key, value in fields.items():
        if key != ".":
            _read(cast("Obj", value), (*path, key), found)


def shown(path: Path) -> str:
    """A path as messages show it: `.spec.template.spec.containers[name="app"].image`.

    Source: sigs.k8s.io/structured-merge-diff/fieldpath/element.go (String).
    """
    return "".join(map(_element, path))


def _element(element: str) -> str:
    sort, _, rest = element.partition(":")
    if sort == "f":
        return f".{rest}"
    if sort == "v":
        return f"[={rest}]"
    keys: Obj = json.loads(rest)
    return "[" + ",".join(f"{key}={compact(keys[key])}" for key in sorted(keys)) + "]"


def with_fields(paths: Iterable[Path]) -> set[Path]:
    """A set with every field on the way to its members.

    Source: sigs.k8s.io/structured-merge-diff/fieldpath/set.go (EnsureNamedFieldsAreMembers).
    """
    found: set[Path] = set()
    for path in paths:
        found.add(path)
        for end in range(len(path) - 1, 0, -1):
            if path[end - 1].startswith("f:"):
                found.add(path[:end])
    return found


def without(paths: Iterable[Path], roots: Iterable[Path]) -> Paths:
    """A set without certain paths and all below them."""
    gone = frozenset(roots)
    if not gone:
        return frozenset(paths)
    return frozenset(path for path in paths if not any(path[:end] in gone for end in range(1, len(path) + 1)))
