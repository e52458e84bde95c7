"""Small changes to objects, from which faults are put together. Each returns a function for `Edit`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from midwatch.lab.core.objects import Obj

Change: TypeAlias = Callable[[Obj], Obj]


def set_at(path: str, value: Any) -> Change:
    """Set a value at a path of keys and list positions (`spec.template.spec.containers.0.image`)."""
    return lambda found: _set(found, path.split("."), lambda _: value)


def update_at(path: str, update: Callable[[Any], Any]) -> Change:
    """Replace the value at a path by a function of it (None where there was none)."""
    return lambda found: _set(found, path.split("."), update)


def remove_at(path: str) -> Change:
    """Remove what is at a path."""
    head, _, last = path.rpartition(".")

    def removed(part: Any) -> Any:
        if isinstance(part, list):
            items: list[Any] = list(part)  # pyright: ignore[reportUnknownArgumentType]
            return [each for at, each in enumerate(items) if at != int(last)]
        known: dict[str, Any] = part or {}
        return {key: value for key, value in known.items() if key != last}

    return update_at(head, removed) if head else removed


def merge(values: Mapping[str, Any]) -> Change:
    """Merge values into an object as a JSON merge patch does (None removes)."""
    return lambda found: _merged(found, values)


def both(*changes: Change) -> Change:
    """Several changes, one after the other."""

    def all_of(found: Obj) -> Obj:
        for each in changes:
            found = each(found)
        return found

    return all_of


def in_container(change: Change, name: str = "") -> Change:
    """Change the first container of a pod template (or the one of a name) of a workload."""

    def changed(found: Any) -> Any:
        containers: list[Obj] = found or []
        at = next((number for number, each in enumerate(containers) if not name or each["name"] == name), 0)
        return [change(each) if number == at else each for number, each in enumerate(containers)]

    return lambda found: update_at(f"{template_path(found)}.spec.containers", changed)(found)


def in_pod(change: Change) -> Change:
    """Change the spec of a workload's pod template."""
    return lambda found: update_at(f"{template_path(found)}.spec", change)(found)


def template_path(found: Obj) -> str:
    """Where the pod template of a workload is."""
    return "spec.jobTemplate.spec.template" if found["kind"] == "CronJob" else "spec.template"


def _set(part: Any, path: list[str], update: Callable[[Any], Any]) -> Any:
    head, rest = path[0], path[1:]
    if isinstance(part, list):
        items: list[Any] = list(part)  # pyright: ignore[reportUnknownArgumentType]
        at = int(head)
        items[at] = _set(items[at], rest, update) if rest else update(items[at])
        return items
    known: dict[str, Any] = part or {}
    return {**known, head: _set(known.get(head), rest, update) if rest else update(known.get(head))}


def _merged(found: Any, values: Mapping[str, Any]) -> Any:
    result: dict[str, Any] = dict(found) if isinstance(found, dict) else {}  # pyright: ignore[reportUnknownArgumentType]
    for key, value in values.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            result[key] = _merged(result.get(key), value)  # pyright: ignore[reportUnknownArgumentType]
        else:
            result[key] = value
    return result
