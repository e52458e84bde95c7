"""A live cluster as a source."""

from __future__ import annotations

from datetime import UTC, datetime

from midwatch.domain.evidence import Evidence, digest_of
from midwatch.domain.probe import Probe
from midwatch.domain.query import CatalogQuery, LogsQuery, Query, ResourcesQuery
from midwatch.errors import UnknownName
from midwatch.sources.kubernetes.answer import Answer
from midwatch.sources.kubernetes.catalog import discover
from midwatch.sources.kubernetes.listing import list_resources
from midwatch.sources.kubernetes.logs import read_log
from midwatch.sources.kubernetes.probes import probe_cluster
from midwatch.sources.kubernetes.transport import Reader, Transport

BYTE_BUDGET = 512 * 1024 * 1024


class KubernetesSource:
    """Answers resource, catalogue and log queries. Make one with `open_kubernetes`."""

    def __init__(self, name: str, transport: Transport, *, page_size: int, byte_budget: int = BYTE_BUDGET) -> None:
        self._name = name
        self._transport = transport
        self._page_size = page_size
        self._byte_budget = byte_budget

    @property
    def name(self) -> str:
        """`kubernetes:<context>`."""
        return self._name

    def answers(self, query: Query) -> bool:
        """Resources, the catalogue and logs."""
        return isinstance(query, ResourcesQuery | CatalogQuery | LogsQuery)

    async def fetch(self, query: Query) -> Evidence:
        """Answer the query; `requests` counts what was sent, repetitions included."""
        reader = Reader(self._transport)
        answer = await self._answer(reader, query)
        return Evidence(
            self._name,
            query,
            answer.state,
            reader.at or datetime.now(UTC),
            answer.pages,
            answer.reason,
            reader.requests,
            answer.skipped,
            digest_of(answer.pages),
        )

    async def check(self) -> list[Probe]:
        """What can be read, proven by reading one object of each kind."""
        return await probe_cluster(self._transport)

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def _answer(self, reader: Reader, query: Query) -> Answer:
        match query:
            case ResourcesQuery():
                return await list_resources(reader, query, self._page_size, self._byte_budget)
            case CatalogQuery():
                return await discover(reader)
            case LogsQuery():
                return await read_log(reader, query)
            case _:
                raise UnknownName(f"{self._name} cannot answer {query!s}: ask a source whose answers() is true")
