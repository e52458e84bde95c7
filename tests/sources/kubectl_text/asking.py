"""Short ways to ask what a parser made of a text."""

from __future__ import annotations

from datetime import UTC, datetime

from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text import Obj, Parsed, parse_describe, parse_get

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


def get(text: str, kind: str | None = None, namespace: str | None = None) -> Parsed:
    return parse_get(text, now=NOW, kind=kind, namespace=namespace)


def describe(text: str, kind: str | None = None) -> Parsed:
    return parse_describe(text, now=NOW, kind=kind)


def only(parsed: Parsed) -> Obj:
    """The one object of a text in which nothing was skipped."""
    assert parsed.skipped == ()
    assert len(parsed.objects) == 1, [at(each, "kind") for each in parsed.objects]
    return parsed.objects[0]


def first(parsed: Parsed) -> Obj:
    """The first object of a text in which nothing was skipped."""
    assert parsed.skipped == ()
    return parsed.objects[0]


def at(value: JSON, path: str) -> JSON:
    """The value at a dotted path; numbers are places in lists."""
    for key in path.split("."):
        if isinstance(value, list):
            value = value[int(key)]
        elif isinstance(value, dict):
            value = value.get(key)
        else:
            return None
    return value


def of_kind(parsed: Parsed, kind: str) -> list[Obj]:
    return [each for each in parsed.objects if each["kind"] == kind]
