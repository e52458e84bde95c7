"""Strategic merge patches: lists merge by their keys, and directives delete and replace.

Source: k8s.io/apimachinery/pkg/util/strategicpatch/patch.go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from midwatch.lab.core.errors import ApiError, bad_request
from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj
from midwatch.lab.schema.types import ANY, Form, Type, type_of

_PATCH, _RETAIN = "$patch", "$retainKeys"
_ORDER, _FROM = "$setElementOrder/", "$deleteFromPrimitiveList/"
_UNSUPPORTED = (
    "the body of the request was in an unknown format - accepted media types include: "
    "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"
)


def strategic_merge(kind: Kind, current: Mapping[str, Any], patch: Mapping[str, Any]) -> Obj:
    """An object with a strategic merge patch applied.

    Raises `ApiError` 415 for custom types, which have no such patches, and 400 for a directive that is none.
    """
    if kind.custom:
        raise ApiError(415, "UnsupportedMediaType", _UNSUPPORTED)
    return _merge(type_of(kind), dict(current), dict(patch))


def _merge(type_: Type, current: Obj, patch: Obj) -> Obj:
    directive = patch.get(_PATCH)
    if directive is not None:
        return _directed(directive, current, patch)
    current = _retained(current, patch)
    result, orders = _primitives(current, patch), _orders(patch)
    for key, value in patch.items():
        if key.startswith("$"):
            continue
        if value is None:
            result.pop(key, None)
        elif key not in result or type(result[key]) is not type(value):
            result[key] = _clean(type_.child(key), value)
        else:
            result[key] = _value(type_.child(key), result[key], value, orders.get(key))
    for key, order in orders.items():
        if key not in patch and isinstance(result.get(key), list):
            result[key] = _ordered(type_.child(key), result[key], order, result[key])
    return result


def _directed(directive: str, current: Obj, patch: Obj) -> Obj:
    rest = {key: value for key, value in patch.items() if key != _PATCH}
    if directive == "replace":
        return rest
    if directive == "delete":
        return {}
    if directive == "merge":
        return {**current, **rest}
    raise bad_request(f"unknown patch type found: {directive}")


def _retained(current: Obj, patch: Obj) -> Obj:
    keys: Sequence[str] | None = patch.get(_RETAIN)
    return dict(current) if keys is None else {key: value for key, value in current.items() if key in keys}


def _primitives(current: Obj, patch: Obj) -> Obj:
    for key, gone in patch.items():
        if key.startswith(_FROM):
            name = key.removeprefix(_FROM)
            if name in current:
                current[name] = [each for each in current[name] if each not in gone]
    return current


def _orders(patch: Obj) -> dict[str, list[Any]]:
    return {key.removeprefix(_ORDER): value for key, value in patch.items() if key.startswith(_ORDER)}


def _value(type_: Type, old: object, new: object, order: list[Any] | None) -> object:
    if isinstance(new, dict):
        return _merge(type_, cast("Obj", old), cast("Obj", new))
    if isinstance(new, list):
        return _list(type_, cast("list[Any]", old), cast("list[Any]", new), order)
    return new


def _list(type_: Type, old: list[Any], new: list[Any], order: list[Any] | None) -> list[Any]:
    if "merge" not in type_.strategy or type_.form is not Form.LIST:
        return _clean(type_, new)
    if not type_.merge_key:
        merged = [*old, *(each for each in new if each not in old)]
    else:
        merged = _items(type_, old, cast("list[Obj]", new))
    return _ordered(type_, merged, new if order is None else order, old)


def _items(type_: Type, old: list[Obj], new: list[Obj]) -> list[Obj]:
    if any(each.get(_PATCH) == "replace" for each in new):
        return [each for each in new if _PATCH not in each]
    result, key, inner = list(old), type_.merge_key, type_.items or ANY
    for each in new:
        if key not in each:
            raise bad_request(f"map: {_go_map(each)} does not contain declared merge key: {key}")
        found = [at for at, known in enumerate(result) if known.get(key) == each[key]]
        if each.get(_PATCH) == "delete":
            result = [known for known in result if known.get(key) != each[key]]
        elif found:
            result[found[0]] = _merge(inner, result[found[0]], each)
        else:
            result.append(_clean(inner, each))
    return result


def _go_map(found: Obj) -> str:
    return "map[" + " ".join(f"{key}:{value}" for key, value in sorted(found.items())) + "]"


def _ordered(type_: Type, merged: list[Any], order: list[Any], old: list[Any]) -> list[Any]:
    """Items of the patch in its order (or that of its directive), each before the others that came after it.

    What is new comes before what only the server has. Source: normalizeElementOrder, mergeSortedSlice.
    """
    key = type_.merge_key
    ranks, before = _ranks(key, order), _ranks(key, old)
    ours = sorted((each for each in merged if _hash(key, each) in ranks), key=lambda each: ranks[_hash(key, each)])
    others, result = [each for each in merged if _hash(key, each) not in ranks], list[Any]()
    while others and ours:
        left, right = before.get(_hash(key, others[0])), before.get(_hash(key, ours[0]))
        first = others if left is not None and right is not None and left < right else ours
        result.append(first.pop(0))
    return [*result, *ours, *others]


def _ranks(key: str, items: list[Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for rank, each in enumerate(items):
        found.setdefault(_hash(key, each), rank)
    return found


def _hash(key: str, item: Any) -> str:
    value: object = cast("Obj", item).get(key) if key and isinstance(item, dict) else item
    return f"{type(value).__name__}:{value}"


def _clean(type_: Type, value: Any) -> Any:
    """A value that is new, without directives and nulls."""
    if isinstance(value, dict):
        return _merge(type_, {}, cast("Obj", value))
    if isinstance(value, list):
        items = cast("list[Any]", value)
        kept: list[Any] = [each for each in items if not (isinstance(each, dict) and _PATCH in each)]
        return [_clean(type_.items or ANY, each) for each in kept]
    return value
