"""Several sources as one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from midwatch.domain.evidence import Evidence, EvidenceState
from midwatch.domain.probe import Probe
from midwatch.domain.query import ComponentsQuery, Query, SignalsQuery, TracesQuery
from midwatch.errors import UnknownName
from midwatch.sources.combined import CombinedSource


class _Some:
    """Answers some kinds of queries."""

    def __init__(self, name: str, *kinds: type[Query]) -> None:
        self.name = name
        self._kinds = kinds

    def answers(self, query: Query) -> bool:
        return isinstance(query, self._kinds)

    async def fetch(self, query: Query) -> Evidence:
        return Evidence(self.name, query, EvidenceState.EMPTY, datetime(2026, 1, 1, tzinfo=UTC))


class _Examined(_Some):
    async def check(self) -> list[Probe]:
        return [Probe(self.name, EvidenceState.OBSERVED, "fine")]


async def test_each_query_goes_to_the_first_that_answers_it() -> None:
    source = CombinedSource((_Some("a", SignalsQuery), _Some("b", SignalsQuery, TracesQuery)))
    assert source.name == "a + b"
    assert (await source.fetch(SignalsQuery())).source == "a"
    assert (await source.fetch(TracesQuery())).source == "b"


async def test_what_nobody_answers_is_refused() -> None:
    source = CombinedSource((_Some("a", SignalsQuery),))
    assert not source.answers(ComponentsQuery())
    with pytest.raises(UnknownName, match="node components"):
        await source.fetch(ComponentsQuery())


async def test_all_that_can_be_examined_are() -> None:
    source = CombinedSource((_Some("a", SignalsQuery), _Examined("b", TracesQuery), _Examined("c")))
    assert [each.name for each in await source.check()] == ["b", "c"]
