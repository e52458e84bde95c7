"""Where evidence comes from."""

from __future__ import annotations

from typing import Protocol

from midwatch.domain.evidence import Evidence
from midwatch.domain.query import Query


class Source(Protocol):
    """Read only: there is no verb that changes anything.

    `fetch` never raises for what a cluster does (denied, gone, slow, garbage): that is a state of the evidence.
    It raises `SourceUnusable` only where nothing at all can be read.
    """

    @property
    def name(self) -> str:
        """How the source is called in reports: `kubernetes:<context>`, `snapshot:<path>`."""
        ...

    def answers(self, query: Query) -> bool:
        """Whether this source can answer this kind of query."""
        ...

    async def fetch(self, query: Query) -> Evidence:
        """Answer the query, with the state of the answer."""
        ...
