"""JSON patches (RFC 6902), with the messages of the library that the API server uses.

Source: github.com/evanphx/json-patch (patch.go).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from midwatch.lab.core.objects import Obj


class PatchFailed(Exception):
    """A patch that does not fit the document."""


def json_patch(document: Obj, operations: Sequence[Mapping[str, Any]]) -> Obj:
    """The patched document; the given one stays as it is. Raises `PatchFailed`."""
    found: Any = document
    for each in operations:
        found = _apply(found, each)
    return cast("Obj", found)


def _apply(document: Any, operation: Mapping[str, Any]) -> Any:
    kind, path = operation.get("op"), str(operation.get("path", ""))
    match kind:
        case "add" | "replace":
            return _changed(document, _parts(path), path, str(kind), operation.get("value"))
        case "remove":
            return _changed(document, _parts(path), path, "remove", None)
        case "test":
            return _tested(document, path, operation.get("value"))
        case "copy" | "move":
            return _carried(document, str(kind), str(operation.get("from", "")), path)
        case _:
            raise PatchFailed(f"Unexpected kind: {kind}")


def _tested(document: Any, path: str, wanted: Any) -> Any:
    if _get(document, path, "test") != wanted:
        raise PatchFailed(f"testing value {path} failed")
    return document


def _carried(document: Any, kind: str, source: str, path: str) -> Any:
    value = _get(document, source, kind)
    if kind == "move":
        document = _changed(document, _parts(source), source, "remove", None)
    return _changed(document, _parts(path), path, "add", value)


def _parts(path: str) -> list[str]:
    return [each.replace("~1", "/").replace("~0", "~") for each in path.split("/")[1:]]


def _missing(kind: str, path: str) -> PatchFailed:
    return PatchFailed(f'{kind} operation does not apply: doc is missing path: "{path}": missing value')


def _get(document: Any, path: str, kind: str) -> Any:
    found = document
    for part in _parts(path):
        if isinstance(found, dict) and part in found:
            found = cast("Obj", found)[part]
        elif isinstance(found, list):
            items = cast("list[Any]", found)
            found = items[_index(items, part, path, kind)]
        else:
            raise _missing(kind, path)
    return found


def _index(items: list[Any], part: str, path: str, kind: str) -> int:
    try:
        index = int(part)
    except ValueError:
        raise _missing(kind, path) from None
    if not -len(items) <= index < len(items):
        raise PatchFailed(f"{kind} operation does not apply: invalid array index: {part}: {path}")
    return index


def _changed(found: Any, parts: list[str], path: str, kind: str, value: Any) -> Any:
    """A copy in which one place is changed."""
    if not parts:
        return value
    if isinstance(found, dict):
        return _in_object(cast("Obj", found), parts, path, kind, value)
    if isinstance(found, list):
        return _in_list(cast("list[Any]", found), parts, path, kind, value)
    raise _missing(kind, path)


def _in_object(found: Obj, parts: list[str], path: str, kind: str, value: Any) -> Obj:
    key, rest = parts[0], parts[1:]
    if key not in found and (rest or kind != "add"):
        raise _missing(kind, path)
    if rest:
        return {**found, key: _changed(found[key], rest, path, kind, value)}
    if kind == "remove":
        return {each: inner for each, inner in found.items() if each != key}
    return {**found, key: value}


def _in_list(found: list[Any], parts: list[str], path: str, kind: str, value: Any) -> list[Any]:
    if kind == "add" and len(parts) == 1 and parts[0] in ("-", str(len(found))):
        return [*found, value]
    index = _index(found, parts[0], path, kind)
    if len(parts) > 1:
        return [*found[:index], _changed(found[index], parts[1:], path, kind, value), *found[index + 1 :]]
    inserted = [] if kind == "remove" else [value]
    return [*found[:index], *inserted, *found[index if kind == "add" else index + 1 :]]
