"""Make any decoded JSON value fit a struct: what does not fit becomes its default and is named.

The fast path is msgspec's own strict decoding; this is the slow path for single objects that it refused.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import cast

import msgspec
from msgspec import inspect

from midwatch.domain.json import JSON
from midwatch.domain.kube.meta import KubeObject

Note = Callable[[str], None]
"""Called with the path of each value that did not fit."""

_MAX_DEPTH = 64
_MISS = object()


def coerce(struct: type[KubeObject], value: JSON, note: Note) -> KubeObject:
    """An object of type `struct` from whatever `value` is; never raises."""
    result = _fit(_type_of(struct), value, "", note, 0)
    return struct() if result is _MISS else cast(KubeObject, result)


@cache
def _type_of(struct: type) -> inspect.Type:
    return inspect.type_info(struct)


def _fit(kind: inspect.Type, value: JSON, path: str, note: Note, depth: int) -> object:
    if depth > _MAX_DEPTH:
        note(path)
        return _MISS
    result = _convert(kind, value, path, note, depth)
    if result is _MISS and value is not None:
        note(path or ".")
    return result


def _convert(kind: inspect.Type, value: JSON, path: str, note: Note, depth: int) -> object:
    match kind:
        case inspect.StructType():
            return _fit_struct(kind, value, path, note, depth)
        case inspect.VarTupleType(item_type=item):
            return _fit_items(item, value, path, note, depth)
        case inspect.DictType(value_type=item):
            return _fit_dict(item, value, path, note, depth)
        case inspect.UnionType(types=types):
            return _fit_union(types, value, path, note, depth)
        case inspect.AnyType() | inspect.CustomType():
            return value
        case _:
            return _fit_scalar(kind, value)


def _fit_struct(kind: inspect.StructType, value: JSON, path: str, note: Note, depth: int) -> object:
    if not isinstance(value, dict):
        return _MISS
    fitted: dict[str, object] = {}
    for field in kind.fields:
        raw = value.get(field.encode_name)
        if raw is None:
            continue
        result = _fit(field.type, raw, f"{path}.{field.encode_name}", note, depth + 1)
        if result is not _MISS:
            fitted[field.name] = result
    return kind.cls(**fitted)


def _fit_items(item: inspect.Type, value: JSON, path: str, note: Note, depth: int) -> object:
    if not isinstance(value, list):
        return _MISS
    fitted = [_fit(item, each, f"{path}[{index}]", note, depth + 1) for index, each in enumerate(value)]
    return tuple(each for each in fitted if each is not _MISS)


def _fit_dict(item: inspect.Type, value: JSON, path: str, note: Note, depth: int) -> object:
    if not isinstance(value, dict):
        return _MISS
    fitted = {key: _fit(item, each, f"{path}.{key}", note, depth + 1) for key, each in value.items()}
    return {key: each for key, each in fitted.items() if each is not _MISS}


def _fit_union(types: tuple[inspect.Type, ...], value: JSON, path: str, note: Note, depth: int) -> object:
    if value is None:
        return None
    for each in types:
        if isinstance(each, inspect.NoneType):
            continue
        result = _convert(each, value, path, note, depth)
        if result is not _MISS:
            return result
    return _MISS


def _fit_scalar(kind: inspect.Type, value: JSON) -> object:
    match kind:
        case inspect.StrType():
            return _as_text(value)
        case inspect.BoolType():
            return value if isinstance(value, bool) else _MISS
        case inspect.IntType():
            return value if isinstance(value, int) and not isinstance(value, bool) else _MISS
        case inspect.FloatType():
            return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else _MISS
        case inspect.DateTimeType():
            return _as_time(value)
        case _:
            return _MISS


def _as_text(value: JSON) -> object:
    """YAML writes `version: 1.10` without quotes where the API wants text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else _MISS


def _as_time(value: object) -> object:
    if isinstance(value, datetime):  # YAML has times of its own
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if not isinstance(value, str):
        return _MISS
    try:
        found = msgspec.convert(value, datetime)
    except msgspec.ValidationError:
        return _MISS
    return found if found.tzinfo else found.replace(tzinfo=UTC)
