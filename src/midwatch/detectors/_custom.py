"""Reading the untyped parts of custom resources without trusting their shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from midwatch.domain.kube.meta import CustomResource

_MAX_TEXT = 2000


def group_of(found: CustomResource) -> str:
    """API group of an object, empty when it is not known."""
    return found.api_version.rpartition("/")[0]


def text_at(value: Mapping[str, object], *path: str) -> str:
    """The text at a path of nested objects, shortened; empty when there is none."""
    current: object = value
    for key in path:
        current = _child(current, key)
    return current[:_MAX_TEXT] if isinstance(current, str) else ""


def _child(value: object, key: str) -> object:
    return cast("dict[str, object]", value).get(key) if isinstance(value, dict) else None


def number_at(value: Mapping[str, object], key: str) -> int | None:
    """The whole number under a key; None when there is none."""
    found = value.get(key)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def flag_at(value: Mapping[str, object], key: str) -> bool:
    """Whether the value under a key is `true`."""
    return value.get(key) is True
