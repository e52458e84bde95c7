"""Label and field selectors as they stand in a query.

Source: k8s.io/apimachinery/pkg/labels/selector.go, k8s.io/apimachinery/pkg/fields/selector.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from midwatch.domain.kube.meta import LabelRequirement
from midwatch.domain.kube.selectors import satisfies
from midwatch.lab.api.fields import check_field
from midwatch.lab.core.errors import bad_request
from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj, labels_of, part

_SET = re.compile(r"^\s*(\S+)\s+(in|notin)\s*\(([^)]*)\)\s*$")
_EQUAL = re.compile(r"^\s*([^\s=!<>]+)\s*(==|=|!=|>|<)\s*(\S*)\s*$")
_EXISTS = re.compile(r"^\s*(!?)\s*([^\s=!<>()]+)\s*$")
_COMMA = re.compile(r",(?![^()]*\))")
_OPERATORS = {"in": "In", "notin": "NotIn", "=": "In", "==": "In", "!=": "NotIn", ">": "Gt", "<": "Lt"}
_FIELD = re.compile(r"^([^=!]+)(==|=|!=)(.*)$")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which objects of a list are wanted. `all` when every one is."""

    labels: tuple[LabelRequirement, ...] = ()
    fields: tuple[tuple[str, bool, str], ...] = ()

    @property
    def all(self) -> bool:
        """Whether nothing is left out."""
        return not self.labels and not self.fields

    def matches(self, obj: Obj) -> bool:
        """Whether an object is wanted."""
        return all(satisfies(each, labels_of(obj)) for each in self.labels) and all(
            (field_text(obj, path) == value) is equal for path, equal, value in self.fields
        )


def selection(kind: Kind, labels: str, fields: str, selectable: Sequence[str] = ()) -> Selection:
    """Read both selectors; raises `ApiError` 400. `selectable` are the further fields of a custom kind."""
    return Selection(_labels(labels), _fields(kind, fields, selectable))


def _labels(text: str) -> tuple[LabelRequirement, ...]:
    return tuple(_requirement(each) for each in _COMMA.split(text) if each.strip())


def _requirement(text: str) -> LabelRequirement:
    if found := _SET.match(text):
        values = tuple(each.strip() for each in found[3].split(","))
        return LabelRequirement(key=found[1], operator=_OPERATORS[found[2]], values=values)
    if found := _EQUAL.match(text):
        return LabelRequirement(key=found[1], operator=_OPERATORS[found[2]], values=(found[3],))
    if found := _EXISTS.match(text):
        return LabelRequirement(key=found[2], operator="DoesNotExist" if found[1] else "Exists")
    raise bad_request(
        f"unable to parse requirement: found '{text.strip()}', expected: '=', '!=', '==', 'in', notin'"
    )


def _fields(kind: Kind, text: str, selectable: Sequence[str]) -> tuple[tuple[str, bool, str], ...]:
    found: list[tuple[str, bool, str]] = []
    for each in text.split(","):
        if not each:
            continue
        match = _FIELD.match(each)
        if match is None:
            raise bad_request(f"invalid selector: '{text}'; can't understand '{each}'")
        check_field(kind, match[1], selectable)
        found.append((match[1], match[2] != "!=", match[3]))
    return tuple(found)


_SPECIAL: Mapping[str, Callable[[Obj], Any]] = {
    "source": lambda obj: part(obj, "source").get("component") or obj.get("reportingComponent"),
    "reportingController": lambda obj: obj.get("reportingComponent"),
    "status.successful": lambda obj: part(obj, "status").get("succeeded", 0),
    "status.replicas": lambda obj: part(obj, "status").get("replicas", 0),
    "status.podIPs": lambda obj: part(obj, "status").get("podIP"),
    "spec.unschedulable": lambda obj: part(obj, "spec").get("unschedulable", False),
    "spec.hostNetwork": lambda obj: part(obj, "spec").get("hostNetwork", False),
}


def field_text(obj: Obj, path: str) -> str:
    """A field as field selectors compare it: a text, empty when it is not set."""
    special = _SPECIAL.get(path)
    if special is not None:
        found = special(obj)
    else:
        *way, last = path.replace("regarding.", "involvedObject.").split(".")
        found = part(obj, *way).get(last)
    if found is None:
        return ""
    return str(found).lower() if isinstance(found, bool) else str(found)
