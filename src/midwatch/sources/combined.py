"""Several sources as one: each query goes to the first that answers its kind."""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.domain.evidence import Evidence
from midwatch.domain.probe import Probe
from midwatch.domain.query import Query
from midwatch.errors import UnknownName
from midwatch.protocols.checkable import Checkable
from midwatch.protocols.source import Source


class CombinedSource:
    """The first of `sources` is what the others are about: a cluster, then what observes it."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = tuple(sources)

    @property
    def name(self) -> str:
        """The names of all."""
        return " + ".join(each.name for each in self._sources)

    def answers(self, query: Query) -> bool:
        """Whether any does."""
        return any(each.answers(query) for each in self._sources)

    async def fetch(self, query: Query) -> Evidence:
        """The answer of the first that answers this kind of query; the evidence names it."""
        for each in self._sources:
            if each.answers(query):
                return await each.fetch(query)
        raise UnknownName(f"{self.name} cannot answer {query!s}: ask a source whose answers() is true")

    async def check(self) -> list[Probe]:
        """The probes of all that can be examined."""
        return [probe for each in self._sources if isinstance(each, Checkable) for probe in await each.check()]
