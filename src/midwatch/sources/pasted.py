"""Pasted `kubectl` output as a source. What was not pasted is unknown, so nothing is ever proven absent."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

import msgspec

from midwatch.domain.evidence import Evidence, EvidenceState, Skipped
from midwatch.domain.query import Query, ResourcesQuery
from midwatch.errors import SourceUnusable
from midwatch.sources.kubectl_text import Obj, parse_text

_MAX_BYTES = 64 * 2**20
_PARTIAL = "only what was pasted"


class PastedSource:
    """Objects rebuilt from text; ages count back from `now`."""

    def __init__(self, name: str, objects: tuple[Obj, ...], skipped: tuple[Skipped, ...], now: datetime) -> None:
        self.name = f"text:{name}"
        self._by_kind: dict[str, list[Obj]] = defaultdict(list)
        for each in objects:
            self._by_kind[str(each.get("kind"))].append(each)
        self._skipped = skipped
        self._now = now

    def answers(self, query: Query) -> bool:
        """Objects only."""
        return isinstance(query, ResourcesQuery)

    async def fetch(self, query: Query) -> Evidence:
        """The pasted objects of a kind, always as an incomplete answer."""
        if not isinstance(query, ResourcesQuery):
            return Evidence(self.name, query, EvidenceState.FAILED, self._now, reason=_PARTIAL, requests=0)
        items = self._by_kind.get(query.kind, [])
        wanted = [each for each in items if not query.namespace or _namespace(each) in ("", query.namespace)]
        page = msgspec.json.encode({"items": wanted})
        skipped = self._skipped if query.kind == "Pod" else ()
        return Evidence(
            self.name, query, EvidenceState.TRUNCATED, self._now, (page,), _PARTIAL, requests=0, skipped=skipped
        )


def _namespace(each: Obj) -> str:
    metadata = each.get("metadata")
    found = metadata.get("namespace") if isinstance(metadata, dict) else ""
    return found if isinstance(found, str) else ""


def open_text(text: str, name: str, now: datetime) -> PastedSource:
    """A source of what `text` shows. Raises `SourceUnusable` when nothing in it is Kubernetes."""
    if len(text) > _MAX_BYTES:
        raise SourceUnusable(
            f"{name} is larger than 64 MiB: save a snapshot instead (`midwatch snapshot save DIR`)"
        )
    parsed = parse_text(text, now=now)
    if not parsed.objects:
        raise SourceUnusable(
            f"nothing in {name} was recognised: paste the output of `kubectl get`, `kubectl describe`, or YAML"
        )
    skipped = tuple(Skipped(each.where, each.why) for each in parsed.skipped)
    return PastedSource(name, parsed.objects, skipped, now)
