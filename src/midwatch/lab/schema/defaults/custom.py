"""Defaults of custom objects: those that their schema names.

Source: k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting/algorithm.go.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any, cast

from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj
from midwatch.lab.schema.definitions import custom_schema


def custom(kind: Kind, found: Obj) -> Obj:
    """A custom object with the defaults of its schema."""
    schema = custom_schema(kind)
    return found if schema is None else cast("Obj", _filled(schema, found))


def _filled(schema: Obj, found: Any) -> Any:
    if isinstance(found, dict):
        return _object(schema, cast("Obj", found))
    items = schema.get("items")
    if isinstance(found, list) and isinstance(items, dict):
        values = cast("list[Any]", found)
        new: list[Any] = [_filled(cast("Obj", items), each) for each in values]
        return new if any(after is not before for after, before in zip(new, values, strict=True)) else values
    return cast("Any", found)


def _object(schema: Obj, found: Obj) -> Obj:
    changes: Obj = {}
    properties: dict[str, Obj] = schema.get("properties") or {}
    for key, each in properties.items():
        value = found.get(key)
        if value is None and "default" in each and not (each.get("nullable") and key in found):
            value = deepcopy(each["default"])
        new = _filled(each, value)
        if new is not found.get(key) and new is not None:
            changes[key] = new
    more = schema.get("additionalProperties")
    if isinstance(more, dict):
        for key, value in found.items():
            new = _filled(cast("Obj", more), value)
            if new is not value:
                changes[key] = new
    return {**found, **changes} if changes else found
