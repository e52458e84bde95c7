"""JSON merge patches (RFC 7386)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from midwatch.lab.core.objects import Obj


def json_merge(current: Mapping[str, Any], patch: Mapping[str, Any]) -> Obj:
    """An object with a merge patch applied: null removes, objects merge, everything else replaces."""
    result = dict(current)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            old = result.get(key)
            base = cast("Obj", old) if isinstance(old, dict) else {}
            result[key] = json_merge(base, cast("Obj", value))
        else:
            result[key] = value
    return result
