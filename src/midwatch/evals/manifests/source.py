"""A twin as a source: the same queries as for a live cluster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

import msgspec

from midwatch.domain.catalog import Entry
from midwatch.domain.json import JSON
from midwatch.domain.kube.kinds import BY_KIND
from midwatch.evals.manifests.case import Manifest, Twin
from midwatch.evals.memory import MemorySource
from midwatch.sources.secrets import page_without_values

_LIST = ("get", "list", "watch")


def source_of(name: str, twin: Twin, now: datetime) -> MemorySource:
    """All objects as LIST answers, custom kinds as the catalogue tells of them."""
    found: dict[Entry, list[Manifest]] = defaultdict(list)
    for each in twin.objects:
        found[_entry(each)].append(each)
    pages = {(entry.group, entry.resource): _page(entry, objects) for entry, objects in found.items()}
    served = [each for each in found if each.kind not in BY_KIND or BY_KIND[each.kind].custom]
    return MemorySource(name, now, pages, twin.logs, served)


def _entry(found: Manifest) -> Entry:
    kind, group, version = str(found["kind"]), *_version(found)
    known = BY_KIND.get(kind)
    if known is not None and known.group == group:
        return Entry(kind, known.resource, group, version, known.namespaced, _LIST)
    head = found["metadata"]
    return Entry(kind, f"{kind.lower()}s", group, version, isinstance(head, dict) and "namespace" in head, _LIST)


def _version(found: Mapping[str, JSON]) -> tuple[str, str]:
    group, _, version = str(found.get("apiVersion", "v1")).rpartition("/")
    return group, version


def _page(entry: Entry, objects: list[Manifest]) -> bytes:
    page = msgspec.json.encode({"kind": f"{entry.kind}List", "items": objects})
    return page_without_values(page) if entry.kind == "Secret" else page
