"""Counts, shares, and fields that never change.

Source: k8s.io/apimachinery/pkg/api/validation/generic.go, kubernetes/pkg/apis/apps/validation/validation.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from midwatch.lab.core.errors import FieldError
from midwatch.lab.core.objects import Obj
from midwatch.lab.schema.validation import names
from midwatch.lab.schema.validation.errors import bad

_NEGATIVE = "must be greater than or equal to 0"
IMMUTABLE = "field is immutable"


def not_negative(found: Obj, path: str, *keys: str) -> Iterator[FieldError]:
    """Counts that may be zero."""
    for key in keys:
        value = found.get(key)
        if value is not None and value < 0:
            yield bad(f"{path}.{key}" if path else key, value, _NEGATIVE)


def count_or_share(value: object, path: str, most: bool = True) -> Iterator[FieldError]:
    """A count, or a share up to 100 %."""
    if isinstance(value, int):
        if value < 0:
            yield bad(path, value, _NEGATIVE)
        return
    text = str(value)
    why = names.percent(text)
    yield from (bad(path, text, each) for each in why)
    if most and not why and int(text[:-1]) > 100:
        yield bad(path, text, "must not be greater than 100%")


def is_zero(value: object) -> bool:
    """Whether a count or share is none."""
    return value == 0 or (isinstance(value, str) and value.rstrip("%").strip("0") == "")


def same(new: Obj, old: Obj, path: str, keys: Sequence[str]) -> Iterator[FieldError]:
    """Fields that may not change after creation."""
    for key in keys:
        if new.get(key) != old.get(key):
            yield bad(f"{path}.{key}" if path else key, new.get(key), IMMUTABLE)
