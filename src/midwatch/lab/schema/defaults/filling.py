"""Filling in what is missing; an object that lacks nothing stays the same object."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from midwatch.lab.core.objects import Obj

Change = Callable[[Obj], Obj]


def filled(found: Obj, missing: Mapping[str, Any]) -> Obj:
    """An object with defaults for the fields that are absent, empty or null (zero numbers count as given)."""
    absent = [key for key in missing if found.get(key) in (None, "")]
    return {**found, **{key: missing[key] for key in absent}} if absent else found


def changed(found: Obj, key: str, change: Change) -> Obj:
    """An object with one of its parts changed; the same object when the piece stays the same or is not there."""
    piece = found.get(key)
    if not isinstance(piece, dict):
        return found
    new = change(cast("Obj", piece))
    return found if new is piece else {**found, key: new}


def each(found: Obj, key: str, change: Change) -> Obj:
    """An object with the items of one of its lists changed; the same object when they all stay the same."""
    items = cast("Sequence[Obj] | None", found.get(key))
    if not items:
        return found
    new = [change(item) for item in items]
    same = all(after is before for after, before in zip(new, items, strict=True))
    return found if same else {**found, key: new}
