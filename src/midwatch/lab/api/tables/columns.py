"""Columns, and what most kinds' rows have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from midwatch.lab.api.ages import since
from midwatch.lab.core.objects import Obj, meta, part

NONE, UNSET, UNKNOWN = "<none>", "<unset>", "<unknown>"

Row: TypeAlias = Callable[[Obj, float], list[Any]]
"""The cells of an object at a time."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `wide` ones are shown by `-o wide` only."""

    name: str
    type: str = "string"
    wide: bool = False

    def definition(self) -> Obj:
        """As a `TableColumnDefinition`."""
        return {
            "name": self.name,
            "type": self.type,
            "format": "name" if self.name == "Name" else "",
            "description": "",
            "priority": 1 if self.wide else 0,
        }


@dataclass(frozen=True, slots=True)
class Printer:
    """How a kind is printed."""

    columns: Sequence[Column]
    row: Row


def columns(text: str, wide: str = "", integers: str = "") -> tuple[Column, ...]:
    """Columns by their names, which are separated by `|`."""
    numbers = set(integers.split("|"))
    usual = [Column(each, "integer" if each in numbers else "string") for each in text.split("|")]
    return (*usual, *(Column(each, wide=True) for each in wide.split("|") if each))


def name(obj: Obj) -> str:
    """The first cell."""
    return meta(obj).get("name") or ""


def age(obj: Obj, now: float) -> str:
    """How old an object is."""
    return since(meta(obj).get("creationTimestamp"), now)


def pairs(found: Mapping[str, str] | None) -> str:
    """Labels as `labels.FormatLabels` writes them."""
    return ",".join(f"{key}={value}" for key, value in sorted((found or {}).items())) or NONE


def selector(found: Obj | None) -> str:
    """A label selector as `metav1.FormatLabelSelector` writes it."""
    if found is None:
        return NONE
    texts = [f"{key}={value}" for key, value in part(found, "matchLabels").items()]
    expressions: list[Obj] = found.get("matchExpressions") or []
    texts += [_expression(each) for each in expressions]
    return ",".join(sorted(texts)) or NONE


def _expression(found: Obj) -> str:
    key, values = found.get("key", ""), ",".join(sorted(found.get("values") or ()))
    match found.get("operator"):
        case "In":
            return f"{key} in ({values})"
        case "NotIn":
            return f"{key} notin ({values})"
        case "Exists":
            return key
        case _:
            return f"!{key}"


def layout(containers: Iterable[Obj]) -> tuple[str, str]:
    """Names and images of containers."""
    found = list(containers)
    return ",".join(each.get("name", "") for each in found), ",".join(each.get("image", "") for each in found)


def few(texts: Sequence[str], most: int, empty: str = NONE) -> str:
    """The first few, and how many more there are."""
    if not texts:
        return empty
    shown = ",".join(texts[:most])
    return f"{shown} + {len(texts) - most} more..." if len(texts) > most else shown
