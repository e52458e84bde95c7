"""Composition root: settings -> live source -> compiled graph -> diagnosis. The only place that joins adapters."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from midwatch.domain.diagnosis import Diagnosis, Stats, Unchecked, Verdict
from midwatch.protocols.checkable import Checkable
from midwatch.settings import Settings

if TYPE_CHECKING:
    from midwatch.domain.evidence import Evidence
    from midwatch.domain.probe import Probe
    from midwatch.domain.report import Report
    from midwatch.domain.text import Language
    from midwatch.protocols.source import Source
    from midwatch.workflow.state import Progress, Scope, State, Survey


@dataclass(frozen=True, slots=True)
class Target:
    """What to read: a snapshot, pasted text, or a kubeconfig context (None: the current one, else in-cluster)."""

    snapshot: Path | None = None
    text: str | None = None
    context: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Investigation:
    """What came out, and the survey it rests on (None when nothing could be surveyed).

    Like all large results it has no `repr`: asyncio prints the result of its main task when it restores signals.
    """

    diagnosis: Diagnosis
    survey: Survey | None

    @property
    def taken_at(self) -> datetime | None:
        """The time the evidence is from."""
        return self.survey.inventory.now if self.survey else None


def load() -> None:
    """Import all that an investigation of a cluster needs, so that processes forked from this one share it."""
    for each in (
        "reasoners.expert",
        "sources.combined",
        "sources.kubernetes",
        "sources.prometheus",
        "workflow.graph",
    ):
        import_module(f"midwatch.{each}")


@asynccontextmanager
async def open_source(target: Target, settings: Settings) -> AsyncGenerator[Source]:
    """The source of a target, closed at the end. Raises `SourceUnusable` when it cannot be read at all."""
    if target.snapshot is not None:
        from midwatch.sources.snapshot import open_snapshot

        yield open_snapshot(target.snapshot)
        return
    if target.text is not None:
        from midwatch.sources.pasted import open_text

        yield open_text(target.text, "pasted text", datetime.now(UTC))
        return
    from midwatch.sources.kubernetes import open_kubernetes

    source = await open_kubernetes(
        target.context,
        settings.kubeconfig,
        timeout=settings.timeout,
        page_size=settings.page_size,
        concurrency=settings.concurrency,
    )
    try:
        async with _observed(source, settings) as joined:
            yield joined
    finally:
        await source.close()


@asynccontextmanager
async def _observed(source: Source, settings: Settings) -> AsyncGenerator[Source]:
    """The cluster together with what observes it, as far as that is configured."""
    if not settings.prometheus_url:
        yield source
        return
    from midwatch.sources.combined import CombinedSource
    from midwatch.sources.prometheus import open_prometheus

    token = settings.prometheus_token.get_secret_value() if settings.prometheus_token else ""
    metrics = open_prometheus(settings.prometheus_url, token, timeout=settings.timeout)
    try:
        yield CombinedSource((source, metrics))
    finally:
        await metrics.close()


async def investigate(
    source: Source, scope: Scope, settings: Settings, progress: Progress | None = None
) -> Investigation:
    """One investigation of one source."""
    from midwatch.reasoners.expert import Expert
    from midwatch.workflow.graph import run
    from midwatch.workflow.state import Context, Limits, silent
    from midwatch.workflow.unchecked import unchecked_of

    limits = Limits(
        settings.steps, settings.queries_per_step, settings.concurrency, timedelta(seconds=settings.recent)
    )
    context = Context(source, Expert(), scope, limits, progress or silent)
    started = time.monotonic()
    state = await run(context)
    seconds = time.monotonic() - started
    survey = context.survey
    objects = sum(len(each) for each in survey.inventory.objects.values()) if survey else 0
    unchecked = tuple(unchecked_of(state.get("evidence", [])))
    return Investigation(_diagnosis(state, unchecked, objects, seconds), survey)


def _diagnosis(state: State, unchecked: tuple[Unchecked, ...], objects: int, seconds: float) -> Diagnosis:
    conclusion = state.get("conclusion")
    evidence = state.get("evidence", [])
    stats = Stats(sum(each.requests for each in evidence), objects, seconds, 0, state.get("step", 0))
    return Diagnosis(
        verdict=conclusion.verdict if conclusion else Verdict.INCONCLUSIVE,
        hypotheses=conclusion.hypotheses if conclusion else (),
        faults=conclusion.faults if conclusion else 0,
        findings=tuple(state.get("findings", [])),
        evidence=tuple(evidence),
        unchecked=(*unchecked, *state.get("unchecked", [])),
        stats=stats,
    )


async def diagnose(
    target: Target,
    scope: Scope,
    settings: Settings,
    language: Language,
    progress: Progress | None = None,
) -> Report:
    """Open the target, investigate, and report."""
    from midwatch import __version__
    from midwatch.causes.report import report_of

    async with open_source(target, settings) as source:
        found = await investigate(source, scope, settings, progress)
        return report_of(
            found.diagnosis, source=source.name, taken_at=found.taken_at, language=language, version=__version__
        )


async def check(target: Target, settings: Settings) -> tuple[str, list[Probe]]:
    """The name of the source, and what can be read of it: proven by reading a little of each."""
    async with open_source(target, settings) as source:
        return source.name, await source.check() if isinstance(source, Checkable) else []


async def save_snapshot(
    target: Target,
    settings: Settings,
    directory: Path,
    namespaces: frozenset[str],
    progress: Callable[[Evidence], None] | None,
    *,
    overwrite: bool,
) -> tuple[Evidence, ...]:
    """Record everything a survey reads of a target into a directory; returns what was asked and how it went."""
    from midwatch.sources.recorder import save

    async with open_source(target, settings) as source:
        return await save(source, directory, sorted(namespaces), progress, overwrite=overwrite)
