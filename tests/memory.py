"""A source over manifests in memory, for tests that go through the whole investigation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec
import yaml

from midwatch.domain.evidence import Evidence, EvidenceState
from midwatch.domain.query import CatalogQuery, LogsQuery, Query, ResourcesQuery
from tests.builders import NOW


class MemorySource:
    """Answers LISTs from manifests, logs from a table of (pod, container, previous); remembers what was asked."""

    name = "memory"

    def __init__(
        self,
        *manifests: str,
        logs: Mapping[tuple[str, str, bool], str] | None = None,
        denied: Iterable[str] = (),
        now: datetime = NOW,
    ) -> None:
        self.asked: list[Query] = []
        self._logs = logs or {}
        self._denied = frozenset(denied)
        self._now = now
        self._items: dict[str, list[object]] = defaultdict(list)
        for manifest in manifests:
            for document in yaml.load_all(manifest, Loader=yaml.CSafeLoader):
                if document:
                    self._items[document["kind"]].append(document)

    def answers(self, query: Query) -> bool:
        return isinstance(query, ResourcesQuery | LogsQuery)

    async def fetch(self, query: Query) -> Evidence:
        self.asked.append(query)
        if isinstance(query, ResourcesQuery):
            return self._list(query)
        if isinstance(query, LogsQuery):
            text = self._logs.get((query.pod, query.container, query.previous), "")
            state = EvidenceState.OBSERVED if text else EvidenceState.EMPTY
            return Evidence(self.name, query, state, self._now, (text.encode(),) if text else ())
        assert isinstance(query, CatalogQuery)
        return Evidence(self.name, query, EvidenceState.OBSERVED, self._now, (b'{"items":[]}',))

    def _list(self, query: ResourcesQuery) -> Evidence:
        if query.kind in self._denied:
            reason = f"{query.resource} is forbidden"
            return Evidence(self.name, query, EvidenceState.DENIED, self._now, reason=reason)
        items = self._items.get(query.kind, [])
        page = msgspec.json.encode({"items": items})
        state = EvidenceState.OBSERVED if items else EvidenceState.EMPTY
        return Evidence(self.name, query, state, self._now, (page,))
