"""Single values as kubectl's printers write them, back to JSON. None means: the text proves nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text.parsed import Obj

Convert: TypeAlias = Callable[[str], JSON]

_NOTHING = frozenset({"", "<none>", "<unset>", "<nil>", "<unknown>", "<default>", "<not set>"})
_INTEGER = re.compile(r"[+-]?\d{1,18}")
_MODES = {
    "RWO": "ReadWriteOnce",
    "ROX": "ReadOnlyMany",
    "RWX": "ReadWriteMany",
    "RWOP": "ReadWriteOncePod",
}


def put(root: Obj, path: str, value: JSON) -> None:
    """Set a dotted path in an object, making the objects on the way."""
    *parents, last = path.split(".")
    for parent in parents:
        child = root.get(parent)
        if not isinstance(child, dict):
            child = {}
            root[parent] = child
        root = child
    root[last] = value


def dig(root: JSON, *path: str) -> JSON:
    """The value at a path of keys, None where there is none."""
    for key in path:
        if not isinstance(root, dict):
            return None
        root = root.get(key)
    return root


def word(root: JSON, *path: str) -> str:
    """The string at a path of keys, empty where there is none."""
    found = dig(root, *path)
    return found if isinstance(found, str) else ""


def text(value: str) -> str | None:
    """The text itself; None for `<none>`, `<unset>` and the like."""
    value = value.strip()
    return None if value in _NOTHING else value


def integer(value: str) -> int | None:
    """A whole number; a unit behind it is dropped (`30s`, `50%`)."""
    match = _INTEGER.match(value.strip())
    return int(match[0]) if match else None


def boolean(value: str) -> bool | None:
    """`true`, `True`, `Yes` and their opposites."""
    lowered = value.strip().lower()
    if lowered in ("true", "yes"):
        return True
    return False if lowered in ("false", "no") else None


def true_only(value: str) -> bool | None:
    """True, or None: for fields whose absence in the API also prints as false."""
    return boolean(value) or None


def port(value: str) -> int | str | None:
    """A port by number or by name, as IntOrString."""
    value = value.strip()
    return int(value) if _INTEGER.fullmatch(value) else text(value)


def listing(value: str) -> list[JSON] | None:
    """`a,b, c` as a list; None when empty."""
    stripped = text(value)
    return [item.strip() for item in stripped.split(",") if item.strip()] if stripped else None


def bracketed(value: str) -> list[JSON] | None:
    """A Go slice as `%v` prints it: `[a b]`."""
    inner = value.strip()
    if not (inner.startswith("[") and inner.endswith("]")):
        return None
    return list[JSON](inner[1:-1].split()) or None


def access_modes(value: str) -> list[JSON] | None:
    """`RWO,ROX`, or the long names in brackets that volume claim templates print."""
    items = bracketed(value) or listing(value)
    return [_MODES.get(item, item) for item in items if isinstance(item, str)] if items else None


def fraction(value: str) -> tuple[int, int] | None:
    """`1/2` as two numbers."""
    left, slash, right = value.strip().partition("/")
    if not (slash and _INTEGER.fullmatch(left) and _INTEGER.fullmatch(right)):
        return None
    return int(left), int(right)
