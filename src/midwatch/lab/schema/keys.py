"""Items of keyed lists that lack their key: server-side apply cannot merge them.

Source: sigs.k8s.io/structured-merge-diff/typed/helpers.go (keyedAssociativeListItemToPathElement).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj
from midwatch.lab.schema.types import ANY, Type, type_of


def missing_key(kind: Kind, config: Obj) -> str:
    """What is wrong with the first such item, or with one that occurs twice; empty when there is none."""
    return next(_problems(type_of(kind), config, ""), "")


def _problems(type_: Type, value: Any, path: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in cast("Obj", value).items():
            yield from _problems(type_.child(key), each, f"{path}.{key}")
    elif isinstance(value, list) and type_.list_type == "map":
        yield from _items(type_, cast("list[Any]", value), path)


def _items(type_: Type, values: list[Any], path: str) -> Iterator[str]:
    seen: list[Obj] = []
    for index, each in enumerate(values):
        if not isinstance(each, dict):
            continue
        keys = type_.key_of(cast("Obj", each))
        lacking = [key for key in type_.keys if key not in keys]
        if lacking:
            what = "associative list with keys has an element that omits key field"
            yield f'{path}: element {index}: {what} "{lacking[0]}" (and doesn\'t have default value)'
            continue
        shown = ",".join(
            f'{key}="{value}"' if isinstance(value, str) else f"{key}={value}" for key, value in keys.items()
        )
        if keys in seen:
            yield f"{path}: duplicate entries for key [{shown}]"
        seen.append(keys)
        yield from _problems(type_.items or ANY, each, f"{path}[{shown}]")
