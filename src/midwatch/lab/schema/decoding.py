"""Decoding of request bodies with the API server's strictness: unknown and duplicate fields, wrong types.

Source: sigs.k8s.io/json, k8s.io/apimachinery/pkg/runtime/serializer/json/json.go,
k8s.io/apiserver/pkg/endpoints/handlers/create.go.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from midwatch.lab.core.errors import ApiError, bad_request
from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj
from midwatch.lab.schema.scalars import Mismatch, check_scalar, go_kind
from midwatch.lab.schema.types import ANY, Form, Type, type_of

STRICT, WARN, IGNORE = "Strict", "Warn", "Ignore"


@dataclass(slots=True)
class _Walk:
    """What a walk over a document finds: unknown fields, by their full path."""

    custom: bool
    unknown: list[str] = field(default_factory=list[str])


def check_fields(kind: Kind, obj: Mapping[str, Any]) -> list[str]:
    """Texts for the fields that the kind does not have (`unknown field "spec.foo"`).

    Raises `ApiError` 400 when a value has the wrong type. Custom objects are checked for unknown fields only:
    their schema validation names wrong types.
    """
    return prune(kind, obj)[1]


def prune(kind: Kind, obj: Mapping[str, Any]) -> tuple[Obj, list[str]]:
    """An object as the API server would decode it, without unknown fields and nulls, and the texts for what went.

    Raises `ApiError` 400 when a value has the wrong type.
    """
    walk = _Walk(kind.custom)
    try:
        found = _decoded(type_of(kind), obj, kind.kind, (), "", walk)
    except Mismatch as error:
        raise _cannot(kind, str(error)) from error
    return cast("Obj", found), [f'unknown field "{each}"' for each in walk.unknown]


def duplicates(body: bytes) -> list[str]:
    """Texts for the keys that occur twice in a JSON body (`duplicate field "spec.replicas"`).

    Raises `ValueError` when it is no JSON.
    """
    marked = json.loads(body, object_pairs_hook=_Pairs)
    found: list[str] = []
    _collect(marked, "", found)
    return found


def decode(kind: Kind, obj: Mapping[str, Any], mode: str, body: bytes | None = None) -> tuple[Obj, list[str]]:
    """What to store of a request's object, and the warnings to send along.

    `mode` is the request's `fieldValidation`; with `body`, the JSON it came as, duplicate keys are found, too.
    Raises `ApiError` 400 for wrong types, and in mode Strict for unknown and duplicate fields.
    """
    found, problems = prune(kind, obj)
    if mode == IGNORE:
        return found, []
    if body is not None:
        problems = [*problems, *duplicates(body)]
    if mode == STRICT and problems:
        raise strict_error(kind, problems)
    return found, problems


def strict_error(kind: Kind, problems: Sequence[str]) -> ApiError:
    """400 for unknown or duplicate fields."""
    return _cannot(kind, f"strict decoding error: {', '.join(problems)}")


def _cannot(kind: Kind, why: str) -> ApiError:
    return bad_request(f'{kind.kind} in version "{kind.version}" cannot be handled as a {kind.kind}: {why}')


class _Pairs(list[tuple[str, Any]]):
    """A JSON object with all its pairs."""


def _collect(value: object, path: str, found: list[str]) -> None:
    if isinstance(value, _Pairs):
        seen: set[str] = set()
        for key, each in value:
            here = f"{path}.{key}" if path else key
            if key in seen:
                found.append(f'duplicate field "{here}"')
            seen.add(key)
            _collect(each, here, found)
    elif isinstance(value, list):
        for index, each in enumerate(cast("list[object]", value)):
            _collect(each, f"{path}[{index}]", found)


def _decoded(type_: Type, value: object, struct: str, dots: tuple[str, ...], path: str, walk: _Walk) -> object:
    """A value of a type. `dots` is its path without indexes and `struct` the structure around it (for errors)."""
    if type_.form is Form.ANY or value is None:
        return value
    if type_.form is Form.SCALAR:
        if not walk.custom:
            check_scalar(type_.go, value, struct, dots)
        return value
    wanted = list if type_.form is Form.LIST else dict
    if not isinstance(value, wanted):
        if walk.custom and dots[:1] != ("metadata",):
            return value
        raise Mismatch(go_kind(value), type_.go, struct, dots)
    if isinstance(value, list):
        items = type_.items or ANY
        return [
            _decoded(items, each, struct, dots, f"{path}[{index}]", walk)
            for index, each in enumerate(cast("list[object]", value))
        ]
    return _object(type_, cast("Obj", value), struct, dots, path, walk)


def _object(type_: Type, value: Obj, struct: str, dots: tuple[str, ...], path: str, walk: _Walk) -> Obj:
    result: Obj = {}
    inner = type_.name or struct
    for key, each in value.items():
        here = f"{path}.{key}" if path else key
        child = type_.fields.get(key) if type_.form is Form.STRUCT else type_.items or ANY
        if child is None:
            if type_.closed:
                walk.unknown.append(here)
                continue
            child = ANY
        if each is None and not walk.custom:
            continue
        result[key] = _decoded(child, each, inner, (*dots, key), here, walk)
    return result
