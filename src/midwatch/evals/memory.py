"""A source over the pages and logs of a cluster that lie in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from midwatch.domain.catalog import Entry, encode_catalog
from midwatch.domain.evidence import Evidence, EvidenceState
from midwatch.domain.query import CatalogQuery, LogsQuery, Query, ResourcesQuery
from midwatch.sources.snapshot.log_text import last_lines

Key: TypeAlias = tuple[str, str]
"""API group (empty for core) and plural name of a resource type."""


@dataclass(frozen=True)
class MemorySource:
    """Answers as a cluster that refuses nothing. `pages` are LIST answers of the types that have objects.

    `served` are types beyond the built-in ones; `logs` go by `<namespace>/<pod>/<container>[.previous]`.
    """

    name: str
    now: datetime
    pages: Mapping[Key, bytes]
    logs: Mapping[str, str] = field(default_factory=dict[str, str])
    served: Sequence[Entry] = ()

    def answers(self, query: Query) -> bool:
        """What an API server answers."""
        return isinstance(query, ResourcesQuery | LogsQuery | CatalogQuery)

    async def fetch(self, query: Query) -> Evidence:
        """The answer."""
        match query:
            case ResourcesQuery():
                page = self.pages.get((query.group, query.resource))
                state = EvidenceState.EMPTY if page is None else EvidenceState.OBSERVED
                return Evidence(self.name, query, state, self.now, () if page is None else (page,))
            case LogsQuery():
                return self._log(query)
            case CatalogQuery():
                page = encode_catalog(self.served)
                return Evidence(self.name, query, EvidenceState.OBSERVED, self.now, (page,))
            case _:
                reason = "not part of this cluster"
                return Evidence(self.name, query, EvidenceState.FAILED, self.now, reason=reason)

    def _log(self, query: LogsQuery) -> Evidence:
        previous = ".previous" if query.previous else ""
        text = self.logs.get(f"{query.namespace}/{query.pod}/{query.container}{previous}", "")
        state, pages, reason = last_lines(text.encode(), True, query.tail_lines)
        return Evidence(self.name, query, state, self.now, pages, reason)
