"""Measure one recorded cluster, in this process. Seconds are CPU seconds unless they are called elapsed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import msgspec

from midwatch.app import Investigation, investigate
from midwatch.causes.rank import conclude
from midwatch.detectors.registry import detect
from midwatch.domain.diagnosis import Diagnosis, Verdict
from midwatch.domain.evidence import Evidence
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.decode import Decoded, decode_page
from midwatch.domain.kube.kinds import RESOURCE_TYPES
from midwatch.evals.bench.recording import read_about, read_pages, read_source
from midwatch.evals.memory import MemorySource
from midwatch.evals.peak import peak
from midwatch.knowledge.changes import changes
from midwatch.knowledge.graph import build_graph
from midwatch.settings import Settings
from midwatch.workflow.collector import collector_paused
from midwatch.workflow.inventory import read_inventory
from midwatch.workflow.state import Scope

T = TypeVar("T")
PHASES: tuple[str, ...] = ("survey", "graph", "changes", "detection", "ranking")
_BACK = timedelta(hours=24)
_NO_ALARM = (Verdict.HEALTHY, Verdict.RECOVERED)


class Decoding(msgspec.Struct, frozen=True):
    """The reference: reading the pages and decoding them into the objects that the survey makes, too."""

    seconds: float


class Phases(msgspec.Struct, frozen=True):
    """Seconds of each of `PHASES`."""

    seconds: dict[str, float]
    findings: int


class Whole(msgspec.Struct, frozen=True):
    """One diagnosis, from pages in memory to the verdict. `peak` is in bytes, with interpreter and pages."""

    seconds: float
    elapsed: float
    peak: int
    answer: str
    right: bool


def measure_decoding(folder: Path) -> Decoding:
    """All objects are kept until the end, and the collector waits, as in a survey."""
    spent: dict[str, float] = {}
    with collector_paused():
        _timed(spent, "decoding", lambda: _decode(folder))
    return Decoding(spent["decoding"])


def measure_phases(folder: Path) -> Phases:
    """Each phase once, one after the other, as a diagnosis runs them."""
    spent: dict[str, float] = {}
    source = read_source(folder)
    with collector_paused():
        inventory = _timed(spent, "survey", lambda: _survey(source))
        graph = _timed(spent, "graph", lambda: build_graph(inventory))
        recent = _timed(spent, "changes", lambda: changes(inventory, inventory.now - _BACK, inventory.now))
    with collector_paused():
        findings = _timed(spent, "detection", lambda: list(detect(inventory, _broken)))
    _timed(spent, "ranking", lambda: conclude(inventory, graph, findings, recent))
    return Phases(spent, len(findings))


def measure_whole(folder: Path) -> Whole:
    """The diagnosis that `midwatch diagnose` runs; an empty cluster first: loading modules does not count."""
    about, source = read_about(folder), read_source(folder)
    _diagnose(MemorySource("empty", source.now, {}))
    elapsed, started = time.perf_counter(), time.process_time()
    kept = _diagnose(source)
    seconds, elapsed = time.process_time() - started, time.perf_counter() - elapsed
    found = kept.diagnosis
    answer = _answer(found)
    right = answer == f"{about.cause} {about.culprit}" if about.cause else found.verdict in _NO_ALARM
    return Whole(seconds, elapsed, peak(), answer, right)


def _diagnose(source: MemorySource) -> Investigation:
    return asyncio.run(investigate(source, Scope(), Settings()))


def _timed(spent: dict[str, float], name: str, work: Callable[[], T]) -> T:
    started = time.process_time()
    result = work()
    spent[name] = time.process_time() - started
    return result


def _decode(folder: Path) -> list[Decoded]:
    return [decode_page(page, query.kind, query.group) for query, page in read_pages(folder).items()]


def _survey(source: MemorySource) -> Inventory:
    answers = asyncio.run(_fetch(source))
    inventory, _ = read_inventory(answers, frozenset())
    for each in answers:
        each.without_pages()  # a diagnosis keeps the digest of each answer
    return inventory


async def _fetch(source: MemorySource) -> list[Evidence]:
    return [await source.fetch(each.query()) for each in RESOURCE_TYPES if not each.custom]


def _broken(name: str, error: Exception) -> None:
    raise RuntimeError(f"the rule {name} broke: no point in measuring it") from error


def _answer(found: Diagnosis) -> str:
    if found.verdict is not Verdict.FAULT:
        return found.verdict
    return f"{found.hypotheses[0].cause} {found.hypotheses[0].culprit}"
