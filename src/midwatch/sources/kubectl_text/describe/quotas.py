"""Quotas, limit ranges, and namespaces, which repeat both (describeQuota, describeNamespace)."""

from __future__ import annotations

import re

from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text import kinds
from midwatch.sources.kubectl_text.describe.common import COMMON
from midwatch.sources.kubectl_text.describe.grids import conditions, grid
from midwatch.sources.kubectl_text.describe.sections import Handler, Section, ignore, keys_at, scalar, split
from midwatch.sources.kubectl_text.objects import frame
from midwatch.sources.kubectl_text.parsed import Obj, Reader
from midwatch.sources.kubectl_text.values import dig, listing, put, word

_COLUMNS = {
    "Min": "min",
    "Max": "max",
    "Default Request": "defaultRequest",
    "Default Limit": "default",
    "Max Limit/Request Ratio": "maxLimitRequestRatio",
}
TITLES = re.compile(
    r"(?P<used>Resource +Used +Hard)|(?P<limits>Type +Resource +Min +Max)|(?P<quotas>Resource Quotas\s*$)"
    r"|(?P<ranges>Resource Limits\s*$)|(?P<none>No (?:resource quota|LimitRange resource)\.\s*$)",
)
_QUOTA = keys_at(2, ("Name",))
_QUOTA_HEAD = re.compile(r" *Resource +Used +Hard")


def headed(lines: list[str]) -> list[str]:
    """Turn headings without a colon into fields (`used:`), so that they begin sections like any other field."""
    shown: list[str] = []
    for line in lines:
        match = TITLES.match(line)
        shown += [f"{match.lastgroup}:", line] if match and match.lastgroup else [line]
    return shown


def _used(section: Section, obj: Obj, reader: Reader) -> None:
    """Resource, used, hard."""
    _usage(section.body, obj, section, reader)


def _usage(lines: list[str], obj: Obj, section: Section, reader: Reader) -> None:
    start = next((at for at, line in enumerate(lines) if _QUOTA_HEAD.match(line)), None)
    if start is None:
        section.odd(reader)
        return
    rows = [row for row in grid(lines[start:]).rows if row.get("Resource")]
    hard: Obj = {row["Resource"]: row.get("Hard", "") for row in rows}
    put(obj, "spec.hard", hard)
    put(obj, "status.hard", dict(hard))
    put(obj, "status.used", {row["Resource"]: row.get("Used", "") for row in rows})


def _limits(section: Section, obj: Obj, _reader: Reader) -> None:
    put(obj, "spec.limits", _limit_items(section.body))


def _limit_items(lines: list[str]) -> list[JSON]:
    """One item for each type; a table row holds one resource of it, `-` where nothing is set."""
    items: dict[str, Obj] = {}
    for row in grid(lines).rows:
        item = items.setdefault(row.get("Type", ""), {"type": row.get("Type", "")})
        for column, field in _COLUMNS.items():
            value = row.get(column, "-")
            if value not in ("", "-"):
                put(item, f"{field}", {**_mapping(item, field), row.get("Resource", ""): value})
    return list[JSON](items.values())


def _mapping(item: Obj, field: str) -> Obj:
    found = dig(item, field)
    return found if isinstance(found, dict) else {}


def _quotas(section: Section, obj: Obj, reader: Reader) -> None:
    """The quotas of a described namespace become objects of their own."""
    namespace = word(obj, "metadata", "name")
    for part in split(section.body[1:], section.number + 2, _QUOTA, again=True):
        if part.key:
            made = frame(kinds.of("ResourceQuota"), part.value.strip(), namespace)
            _usage(part.body, made, part, reader)
            reader.extra.append(made)
        else:
            part.odd(reader)


def _scopes(section: Section, obj: Obj, _reader: Reader) -> None:
    put(obj, "spec.scopes", listing(section.value) or [])


QUOTA: dict[str, Handler] = {**COMMON, "Scopes": _scopes, "used": _used}
LIMIT_RANGE: dict[str, Handler] = {**COMMON, "limits": _limits}
NAMESPACE: dict[str, Handler] = {
    **COMMON,
    "Status": scalar("status.phase"),
    "Conditions": conditions(),
    "quotas": _quotas,
    "ranges": ignore,  # all limit ranges in one table, without their names
    "none": ignore,
}
