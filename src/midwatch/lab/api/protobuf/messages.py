"""Numbers and types of the fields of those messages that clients write: all built-in kinds, without their status.

Each line of the file is a message: `name=number`, with `:type` unless it is a text; `[]` is repeated, `{}` a map,
a field with `?` may be zero, and the fields of an `inline` message are those of the one around it.
Source: k8s.io/api/*/generated.proto, k8s.io/apimachinery/pkg/apis/meta/v1/generated.proto.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `form` is empty for a single value, `[]` or `{}`; `zero`: a zero is a value."""

    name: str
    type: str
    form: str
    zero: bool


_FIELD = re.compile(r"(\w+)(\[\]|\{\})?(\?)?=(\d+)(?::(\w+))?")


def _read(text: str) -> dict[str, dict[int, Field]]:
    found: dict[str, dict[int, Field]] = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, *rest = line.split()
        matches = [_FIELD.fullmatch(each) for each in rest]
        found[name] = {
            int(each[4]): Field(each[1], each[5] or "text", each[2] or "", bool(each[3]))
            for each in matches
            if each
        }
    return found


MESSAGES: Mapping[str, Mapping[int, Field]] = _read(
    files("midwatch").joinpath("data", "schemas", "messages.txt").read_text()
)
"""Fields by number, by the name of the message."""

TOP = frozenset(
    name for name, known in MESSAGES.items() if known.get(1, Field("", "", "", False)).name == "metadata"
)
"""The messages that are objects."""
