"""Time series that left their baseline, for all workloads and nodes at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median

from midwatch.domain.evidence import EvidenceState, Skipped
from midwatch.domain.observation import Measure, Signal
from midwatch.domain.resource import Ref
from midwatch.sources.prometheus.api import Api, Row
from midwatch.sources.prometheus.baseline import Shift, is_long_enough, shift_of
from midwatch.sources.prometheus.expressions import Shape
from midwatch.sources.prometheus.questions import Question, askable
from midwatch.sources.prometheus.subjects import node_of, workload_of
from midwatch.sources.prometheus.transport import CannotAsk

HISTORY = 3 * 3600.0
"""Seconds looked at: the fault and what was normal before it."""
STEP = 60.0


@dataclass
class Readings:
    """What came of all questions: `asked` with an answer, `judged` series, signals, and questions that failed."""

    asked: int = 0
    judged: int = 0
    signals: list[Signal] = field(default_factory=list[Signal])
    skipped: list[Skipped] = field(default_factory=list[Skipped])
    failures: list[CannotAsk] = field(default_factory=list[CannotAsk])


async def read_signals(api: Api, source: str) -> Readings:
    """Ask everything that can be asked. Raises `CannotAsk` when not even the names of metrics can be had."""
    names = await api.names()
    questions = list(askable(names))
    found = Readings()
    if not questions:
        return found
    end = await api.now()
    nodes = await _nodes(api, names)
    answers = await asyncio.gather(*(_ask(api, each, Shape(names), end) for each in questions))
    answered = list(zip(questions, answers, strict=True))
    for question, rows in answered:
        if isinstance(rows, CannotAsk):
            found.failures.append(rows)
            found.skipped.append(Skipped(f"{question.what} ({question.needs[0]})", rows.reason))
            continue
        found.asked += 1
        found.judged += sum(is_long_enough(each.values) for each in rows)
        found.signals += _signals(question, rows, nodes, end, source)
    late = {each.subject for each in found.signals if each.measure is Measure.LATENCY}
    found.signals += (each for question, rows in answered for each in _steady(question, rows, late, source))
    return found


async def _ask(api: Api, question: Question, shape: Shape, end: float) -> Sequence[Row] | CannotAsk:
    try:
        return await api.over(question.expression(shape), end - HISTORY, end, STEP)
    except CannotAsk as error:
        return error


async def _nodes(api: Api, names: frozenset[str]) -> Mapping[str, str]:
    """Names of nodes by address, for exporters that only tell the address."""
    if "kube_node_info" not in names:
        return {}
    try:
        found = await api.instant("max by (node, internal_ip) (kube_node_info)")
    except CannotAsk:
        return {}
    return {each.metric.get("internal_ip", ""): each.metric.get("node", "") for each in found}


def _signals(
    question: Question, rows: Sequence[Row], nodes: Mapping[str, str], end: float, source: str
) -> Iterator[Signal]:
    newest = max((each.values[-1][0] for each in rows if each.values), default=end)
    for row in rows:
        subject = node_of(row.metric, nodes) if question.node else workload_of(row.metric)
        points = _continued(row.values, question.gone, newest)
        shift = shift_of(points, question.limits) if subject is not None and points[-1:] else None
        if subject is not None and shift is not None and points[-1][0] >= newest - 2 * STEP:
            yield _signal(question, subject, shift, source)


def _steady(question: Question, rows: Sequence[Row] | CannotAsk, late: Set[Ref], source: str) -> Iterator[Signal]:
    """Round-trip times that are as they were, of whom answers late: what refutes that the network is slow."""
    if question.measure is not Measure.NETWORK_RTT or isinstance(rows, CannotAsk):
        return
    for row in rows:
        subject = workload_of(row.metric)
        if (
            subject is None
            or subject not in late
            or not is_long_enough(row.values)
            or shift_of(row.values, question.limits)
        ):
            continue
        level = _shown(median(value for _, value in row.values), question.limits.least)
        detail = f"{question.what}: {level:g}{question.unit} as before"
        yield Signal(
            subject, question.measure, level, level, question.unit, detail, None, f"{source} {question.needs[0]}"
        )


def _continued(
    points: Sequence[tuple[float, float]], gone: float | None, newest: float
) -> Sequence[tuple[float, float]]:
    """A series that ends while others of the same question go on has become `gone`, where that means something."""
    if gone is None or not points:
        return points
    missing = int((newest - points[-1][0]) / STEP + 0.5)
    return [*points, *((points[-1][0] + STEP * (index + 1), gone) for index in range(missing))]


def _signal(question: Question, subject: Ref, shift: Shift, source: str) -> Signal:
    since = datetime.fromtimestamp(shift.since, UTC)
    normal, current = (_shown(each, question.limits.least) for each in (shift.normal, shift.current))
    unit = question.unit
    return Signal(
        subject,
        question.measure,
        normal,
        current,
        unit,
        f"{question.what}: normal {normal:g}{unit}, now {current:g}{unit}, since {since:%H:%M} UTC",
        since,
        f"{source} {question.needs[0]}",
    )


def _shown(value: float, least: float) -> float:
    """Four digits; what is far below anything that matters is nothing."""
    return float(f"{value:.4g}") if abs(value) > least / 1000 else 0.0


def worst_of(failures: Sequence[CannotAsk]) -> EvidenceState:
    """One state for all questions that failed: a refusal says most about what to do."""
    states = [each.state for each in failures]
    order = (EvidenceState.DENIED, EvidenceState.UNREACHABLE, EvidenceState.FAILED)
    return next((each for each in order if each in states), EvidenceState.FAILED)
