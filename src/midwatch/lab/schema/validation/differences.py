"""What differs between two versions, as lines that people can read.

The API prints `cmp.Diff` here, which promises no stable form. Source: github.com/google/go-cmp.
"""

from __future__ import annotations

from typing import Any, cast

from midwatch.lab.core.objects import Obj
from midwatch.lab.schema.validation.errors import shown


def difference(old: Any, new: Any) -> str:
    """The fields that differ, one line each: `-` what was, `+` what is to be."""
    lines: list[str] = []
    _walk(old, new, "", lines)
    return "\n".join(lines)


def _walk(old: Any, new: Any, path: str, lines: list[str]) -> None:
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        was, now = cast("Obj", old), cast("Obj", new)
        for key in sorted(was.keys() | now.keys()):
            _walk(was.get(key), now.get(key), f"{path}.{key}" if path else key, lines)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(cast("list[Any]", new)):  # pyright: ignore[reportUnknownArgumentType]
        for index, pair in enumerate(zip(cast("list[Any]", old), cast("list[Any]", new), strict=True)):
            _walk(*pair, f"{path}[{index}]", lines)
    else:
        before, after = cast("object", old), cast("object", new)
        lines += [] if before is None else [f"- \t{path}: {shown(before)}"]
        lines += [] if after is None else [f"+ \t{path}: {shown(after)}"]
