"""Records what a source answers, so that everything that follows from it can be replayed offline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from midwatch.domain.catalog import survey_queries
from midwatch.domain.evidence import Evidence
from midwatch.domain.kube.containers import ContainerStatus
from midwatch.domain.kube.decode import decode_page
from midwatch.domain.kube.pods import Pod
from midwatch.domain.query import (
    CatalogQuery,
    ComponentsQuery,
    ConnectivityQuery,
    LogsQuery,
    Query,
    ResourcesQuery,
    SignalsQuery,
    TracesQuery,
)
from midwatch.protocols.source import Source
from midwatch.sources.snapshot.writer import SnapshotWriter, open_writer

MOST_LOGS = 200
_AT_ONCE = 4
_OBSERVATIONS: tuple[Query, ...] = (ComponentsQuery(), ConnectivityQuery(), SignalsQuery(), TracesQuery())

Progress = Callable[[Evidence], None]


class Recorder:
    """A source that remembers each answer of the source it wraps."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._recorded: dict[Query, Evidence] = {}

    @property
    def name(self) -> str:
        """The name of the wrapped source."""
        return self._source.name

    @property
    def recorded(self) -> tuple[Evidence, ...]:
        """The last answer to each query."""
        return tuple(self._recorded.values())

    def answers(self, query: Query) -> bool:
        """As the wrapped source."""
        return self._source.answers(query)

    async def fetch(self, query: Query) -> Evidence:
        """As the wrapped source."""
        evidence = await self._source.fetch(query)
        self._recorded[query] = evidence
        return evidence

    def write(self, directory: Path, *, overwrite: bool = False, namespaces: Iterable[str] = ()) -> None:
        """Write everything as a snapshot. Raises `SourceUnusable` when it cannot be written there."""
        writer = open_writer(directory, overwrite=overwrite)
        try:
            for evidence in self._recorded.values():
                writer.add(evidence)
            writer.finish(self.name, namespaces)
        finally:
            writer.abandon()


async def save(
    source: Source,
    directory: Path,
    namespaces: Sequence[str] = (),
    progress: Progress | None = None,
    *,
    overwrite: bool = False,
    most_logs: int = MOST_LOGS,
) -> tuple[Evidence, ...]:
    """Record a cluster: all known kinds, custom ones, logs of containers that are not healthy.

    `namespaces` empty means all; `progress` is told each answer. Returns the answers without their pages.
    Raises `SourceUnusable` when the snapshot cannot be written there.
    """
    writer = open_writer(directory, overwrite=overwrite)
    saving = _Saving(source, writer, progress)
    try:
        catalog = await saving.ask([CatalogQuery()])
        kinds = survey_queries(catalog[0].pages, namespaces)
        pods, rest = _pods_first(kinds)
        logs = list(_logs(await saving.ask(pods)))[:most_logs]
        for queries in (rest, logs, _OBSERVATIONS):
            await saving.ask(queries)
        writer.finish(source.name, namespaces)
    finally:
        writer.abandon()
    return tuple(saving.done)


class _Saving:
    """Asks a few questions at a time and writes each answer down before it is forgotten."""

    def __init__(self, source: Source, writer: SnapshotWriter, progress: Progress | None) -> None:
        self.done: list[Evidence] = []
        self._source = source
        self._writer = writer
        self._progress = progress
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def ask(self, queries: Iterable[Query]) -> list[Evidence]:
        """The answers, with pages only where something follows from them."""
        wanted = [query for query in queries if self._source.answers(query)]
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._one(query)) for query in wanted]
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from errors
        return [task.result() for task in tasks]

    async def _one(self, query: Query) -> Evidence:
        async with self._places:
            evidence = await self._source.fetch(query)
            self._writer.add(evidence)
        light = evidence.without_pages()
        self.done.append(light)
        if self._progress:
            self._progress(light)
        keep = isinstance(query, CatalogQuery) or (isinstance(query, ResourcesQuery) and query.kind == "Pod")
        return evidence if keep else light


def _pods_first(kinds: Sequence[ResourcesQuery]) -> tuple[list[ResourcesQuery], list[ResourcesQuery]]:
    pods = [each for each in kinds if (each.kind, each.group) == ("Pod", "")]
    return pods, [each for each in kinds if each not in pods]


def _logs(pods: Sequence[Evidence]) -> Iterator[LogsQuery]:
    """Logs of containers that restarted or are not ready, and of the runs before."""
    for page in (page for evidence in pods for page in evidence.pages):
        try:
            found = decode_page(page, "Pod").objects
        except msgspec.MsgspecError:
            continue
        for pod in found:
            if isinstance(pod, Pod):
                yield from _logs_of(pod)


def _logs_of(pod: Pod) -> Iterator[LogsQuery]:
    for status in (*pod.status.init_container_statuses, *pod.status.container_statuses):
        if status.restart_count or _unwell(status):
            yield LogsQuery(pod.namespace, pod.name, status.name)
        if status.restart_count:
            yield LogsQuery(pod.namespace, pod.name, status.name, previous=True)


def _unwell(status: ContainerStatus) -> bool:
    ended = status.state.terminated
    return not status.ready and not (ended and ended.exit_code == 0)
