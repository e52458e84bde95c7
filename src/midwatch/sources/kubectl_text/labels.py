"""Labels and selectors, back from text.

Sources: labels.FormatLabels (`a=b,c=d`), metav1.FormatLabelSelector and labels.Selector.String
(`a=b,tier in (x,y),!old`), and the multi-line forms of describe.go.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text.parsed import Obj
from midwatch.sources.kubectl_text.values import text

_SPLIT = re.compile(r",(?![^()]*\))")
_NEXT_PAIR = re.compile(r",(?=[A-Za-z0-9][A-Za-z0-9./_-]*=)")
_SET = re.compile(r"(\S+) (in|notin) \(([^()]*)\)")


def pairs(entries: Iterable[str]) -> Obj:
    """`key=value` entries as a map; entries of another form are left out."""
    found: Obj = {}
    for entry in entries:
        key, equals, value = entry.strip().partition("=")
        if equals and key:
            found[key] = value
    return found


def comma_pairs(value: str) -> Obj | None:
    """`a=b,c=d` as a map; a comma inside a value is kept when no `key=` follows it. None when empty."""
    stripped = text(value)
    return pairs(_NEXT_PAIR.split(stripped)) or None if stripped else None


def selector(value: str) -> Obj | None:
    """A printed label selector as `matchLabels` and `matchExpressions`; None when none is printed."""
    stripped = text(value)
    if stripped is None or stripped in ("<error>", "<nil>"):
        return None
    labels: Obj = {}
    expressions: list[JSON] = []
    for term in _SPLIT.split(stripped):
        expression = _expression(term.strip())
        if expression is None:
            key, _, wanted = term.strip().partition("=")
            labels[key] = wanted.removeprefix("=")
        else:
            expressions.append(expression)
    return _selector(labels, expressions)


def _selector(labels: Obj, expressions: list[JSON]) -> Obj:
    found: Obj = {}
    if labels:
        found["matchLabels"] = labels
    if expressions:
        found["matchExpressions"] = expressions
    return found


def _expression(term: str) -> Obj | None:
    among = _SET.fullmatch(term)
    if among:
        values: list[JSON] = [value.strip() for value in among[3].split(",")]
        return {"key": among[1], "operator": "In" if among[2] == "in" else "NotIn", "values": values}
    if term.startswith("!"):
        return {"key": term[1:], "operator": "DoesNotExist"}
    if "!=" in term:
        key, _, value = term.partition("!=")
        return {"key": key, "operator": "NotIn", "values": [value]}
    return None if "=" in term else {"key": term, "operator": "Exists"}
