"""Custom objects against their structural schema.

Source: k8s.io/kube-openapi/pkg/validation/validate,
k8s.io/apiextensions-apiserver/pkg/apiserver/validation/validation.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, cast

from midwatch.lab.core.errors import FieldError
from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj
from midwatch.lab.schema.definitions import custom_schema
from midwatch.lab.schema.validation.errors import bad, required, shown, too_long, too_many, unsupported
from midwatch.lab.schema.validation.formats import is_format

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "boolean": (bool,), "integer": (int,),
    "number": (int, float),
}  # fmt: skip


def custom(kind: Kind, new: Obj) -> Iterator[FieldError]:
    """An object of a custom type."""
    schema = custom_schema(kind)
    if schema:
        properties: Obj = schema.get("properties") or {}
        body = {**schema, "properties": {key: each for key, each in properties.items() if key != "metadata"}}
        yield from _check(body, new, "")


def _check(schema: Obj, value: Any, path: str) -> Iterator[FieldError]:
    check = _inside(value)
    if value is None:
        if not schema.get("nullable") and path:
            yield _type_error(schema, value, path)
        return
    if schema.get("x-kubernetes-int-or-string"):
        yield from _either(value, path)
        return
    if not _fits(schema, value):
        yield _type_error(schema, value, path)
        return
    if "enum" in schema and value not in schema["enum"]:
        yield unsupported(path, value, [str(each) for each in schema["enum"]])
    if check is not None:
        yield from check(schema, value, path)


def _either(value: Any, path: str) -> Iterator[FieldError]:
    if isinstance(value, bool) or not isinstance(value, int | str):
        yield bad(path, _word(value), f'{path} in body must be of type integer,string: "{_word(value)}"')


def _fits(schema: Obj, value: Any) -> bool:
    wanted = schema.get("type")
    if not wanted:
        return True
    if isinstance(value, bool):
        return wanted == "boolean"
    if wanted == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES.get(wanted, (object,)))


_WORDS: dict[type, str] = {
    bool: "boolean", int: "integer", float: "number", str: "string", dict: "object", list: "array",
}  # fmt: skip


def _word(value: object) -> str:
    return "null" if value is None else _WORDS.get(type(value), "object")


def _type_error(schema: Obj, value: Any, path: str) -> FieldError:
    word = _word(value)
    where = path or "<nil>"
    return FieldError(
        where,
        "FieldValueTypeInvalid",
        f'Invalid value: "{word}": {path} in body must be of type {schema.get("type")}: "{word}"',
    )


def _object(schema: Obj, value: Obj, path: str) -> Iterator[FieldError]:
    for key in schema.get("required") or ():
        if key not in value:
            yield required(_join(path, key))
    properties: dict[str, Obj] = schema.get("properties") or {}
    more = schema.get("additionalProperties")
    for key, each in value.items():
        if key in properties:
            yield from _check(properties[key], each, _join(path, key))
        elif isinstance(more, dict):
            yield from _check(cast("Obj", more), each, _join(path, key))
    most, least = schema.get("maxProperties"), schema.get("minProperties")
    if most is not None and len(value) > most:
        yield too_many(path, len(value), most)
    if least is not None and len(value) < least:
        yield bad(path, len(value), f"{path} in body should have at least {least} properties")


def _array(schema: Obj, value: list[Any], path: str) -> Iterator[FieldError]:
    most, least = schema.get("maxItems"), schema.get("minItems")
    if most is not None and len(value) > most:
        yield too_many(path, len(value), most)
    if least is not None and len(value) < least:
        yield bad(path, len(value), f"{path} in body should have at least {least} items")
    items: Obj = schema.get("items") or {}
    for index, each in enumerate(value):
        yield from _check(items, each, f"{path}[{index}]")


def _text(schema: Obj, value: str, path: str) -> Iterator[FieldError]:
    most, least, pattern = schema.get("maxLength"), schema.get("minLength"), schema.get("pattern")
    if most is not None and len(value) > most:
        yield too_long(path, most)
    if least is not None and len(value) < least:
        yield bad(path, value, f"{path} in body should be at least {least} chars long")
    if pattern is not None and not re.search(pattern, value):
        yield bad(path, value, f"{path} in body should match '{pattern}'")
    form = schema.get("format")
    if form and not is_format(form, value):
        yield bad(path, value, f"{path} in body must be of type {form}: {shown(value)}")


def _number(schema: Obj, value: float, path: str) -> Iterator[FieldError]:
    least, most, step = schema.get("minimum"), schema.get("maximum"), schema.get("multipleOf")
    if least is not None and (value <= least if schema.get("exclusiveMinimum") else value < least):
        word = "greater than" if schema.get("exclusiveMinimum") else "greater than or equal to"
        yield bad(path, value, f"{path} in body should be {word} {shown(least)}")
    if most is not None and (value >= most if schema.get("exclusiveMaximum") else value > most):
        word = "less than" if schema.get("exclusiveMaximum") else "less than or equal to"
        yield bad(path, value, f"{path} in body should be {word} {shown(most)}")
    if step is not None and value % step:
        yield bad(path, value, f"{path} in body should be a multiple of {shown(step)}")


_INSIDE: dict[type, Callable[[Obj, Any, str], Iterator[FieldError]]] = {
    dict: _object, list: _array, str: _text, int: _number, float: _number,
}  # fmt: skip


def _inside(value: object) -> Callable[[Obj, Any, str], Iterator[FieldError]] | None:
    return _INSIDE.get(type(value))


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
