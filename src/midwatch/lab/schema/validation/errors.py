"""Field errors as the API words them; values other than texts and numbers are shown as JSON (since 1.34).

Source: k8s.io/apimachinery/pkg/util/validation/field/errors.go.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from midwatch.lab.core.errors import FieldError


class Literal(str):
    """A value that is shown as it stands."""

    __slots__ = ()


NULL = Literal("null")
"""An absent list or map; other absent values are shown as a text."""


def shown(value: object) -> str:
    """A value as messages show it."""
    if value is None:
        return '"null"'
    if isinstance(value, Literal):
        return value
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def _with(text: str, detail: str) -> str:
    return f"{text}: {detail}" if detail else text


def required(path: str, detail: str = "") -> FieldError:
    """Something is missing."""
    return FieldError(path, "FieldValueRequired", _with("Required value", detail))


def bad(path: str, value: object, detail: str) -> FieldError:
    """A value is not what it must be."""
    return FieldError(path, "FieldValueInvalid", _with(f"Invalid value: {shown(value)}", detail))


def forbidden(path: str, detail: str) -> FieldError:
    """A value may not be given here, or not be changed."""
    return FieldError(path, "FieldValueForbidden", _with("Forbidden", detail))


def duplicate(path: str, value: object) -> FieldError:
    """A value occurs twice."""
    return FieldError(path, "FieldValueDuplicate", f"Duplicate value: {shown(value)}")


def missing(path: str, value: object, detail: str = "") -> FieldError:
    """What a value refers to does not exist."""
    return FieldError(path, "FieldValueNotFound", _with(f"Not found: {shown(value)}", detail))


def unsupported(path: str, value: object, known: Iterable[str]) -> FieldError:
    """A value is none of those that exist."""
    values = ", ".join(json.dumps(each) for each in known)
    return FieldError(
        path, "FieldValueNotSupported", f"Unsupported value: {shown(value)}: supported values: {values}"
    )


def too_long(path: str, most: int) -> FieldError:
    """A text has more bytes than it may have."""
    return FieldError(path, "FieldValueTooLong", f"Too long: may not be more than {most} bytes")


def too_many(path: str, count: int, most: int) -> FieldError:
    """A list has more items than it may have."""
    return FieldError(path, "FieldValueTooMany", f"Too many: {count}: must have at most {most} items")
