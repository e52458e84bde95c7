"""Evaluates LogQL: lines through stages, and numbers from lines. Source: grafana/loki/pkg/logql/evaluator.go."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

from midwatch.lab.core.metrics import Labels
from midwatch.lab.telemetry.loki.logs import Logs
from midwatch.lab.telemetry.loki.stages import amount
from midwatch.lab.telemetry.loki.syntax import BinaryQuery, Entry, GroupQuery, LogQuery, MetricQuery, RangeQuery
from midwatch.lab.telemetry.promql.aggregation import aggregate, deviation, mean, quantile, variance
from midwatch.lab.telemetry.promql.operators import of_numbers, of_vectors, with_number
from midwatch.lab.telemetry.promql.query import Points
from midwatch.lab.telemetry.promql.syntax import Aggregation, Binary, Number
from midwatch.lab.telemetry.promql.values import Vector, sort_labels

_ZERO = Number(0.0)
_REDUCE: dict[str, Callable[[Sequence[float]], float]] = {
    "sum_over_time": math.fsum,
    "avg_over_time": mean,
    "max_over_time": max,
    "min_over_time": min,
    "first_over_time": lambda values: values[0],
    "last_over_time": lambda values: values[-1],
    "stddev_over_time": deviation,
    "stdvar_over_time": variance,
}
_Numbers = dict[Labels, tuple[list[float], list[float]]]


def entries(logs: Logs, query: LogQuery, start: float, end: float) -> Iterator[Entry]:
    """The lines from `start` up to, but without, `end`, that come through all stages; by stream, oldest first."""
    for name, lines in logs.streams(query.matchers):
        for line in list(lines):
            if start <= line.at < end:
                entry = Entry(line.at, line.text, dict(name))
                if all(stage(entry) for stage in query.stages):
                    yield entry


class Metrics:
    """One metric query at several instants: lines are read once."""

    def __init__(self, logs: Logs, query: MetricQuery, start: float, end: float) -> None:
        self._logs = logs
        self._query = query
        self._start = start
        self._end = end
        self._read: dict[int, _Numbers] = {}

    def over(self, step: float) -> dict[Labels, Points]:
        """Values from start to end, each `step` seconds."""
        found: dict[Labels, Points] = {}
        for index in range(int((self._end - self._start) / step + 1e-9) + 1):
            at = self._start + index * step
            for labels, value in self.at(at).items():
                found.setdefault(labels, []).append((at, value))
        return found

    def at(self, when: float) -> Vector:
        """The vector at one instant."""
        found = self._value(self._query, when)
        return found if isinstance(found, dict) else {(): found}

    def _value(self, query: MetricQuery, when: float) -> Vector | float:
        match query:
            case float() | int():
                return query
            case RangeQuery():
                return self._range(query, when)
            case GroupQuery():
                inner = self._value(query.inner, when)
                grouped = Aggregation(query.op, _ZERO, None, query.labels, query.without)
                return aggregate(grouped, inner if isinstance(inner, dict) else {}, query.parameter)
            case BinaryQuery():
                return self._binary(query, when)

    def _binary(self, query: BinaryQuery, when: float) -> Vector | float:
        left, right = self._value(query.left, when), self._value(query.right, when)
        binary = Binary(query.op, _ZERO, _ZERO)
        if isinstance(left, dict):
            if isinstance(right, dict):
                return of_vectors(binary, left, right)
            return with_number(binary, left, right, swapped=False)
        if isinstance(right, dict):
            return with_number(binary, right, left, swapped=True)
        return of_numbers(query.op, left, right)

    def _range(self, query: RangeQuery, when: float) -> Vector:
        end = when - query.offset
        start = end - query.range
        found: Vector = {}
        for labels, (times, values) in self._numbers(query).items():
            low, high = bisect_right(times, start), bisect_right(times, end)
            if low < high:
                found[labels] = _reduced(query, values[low:high])
        if query.op == "absent_over_time":
            exact = {each.name: each.value for each in query.inner.matchers if each.op == "="}
            return {} if found else {sort_labels(exact): 1.0}
        return found

    def _numbers(self, query: RangeQuery) -> _Numbers:
        known = self._read.get(id(query))
        if known is None:
            known = self._read[id(query)] = self._collect(query)
        return known

    def _collect(self, query: RangeQuery) -> _Numbers:
        groups: dict[Labels, list[tuple[float, float]]] = {}
        first = self._start - query.offset - query.range
        for entry in entries(self._logs, query.inner, first, self._end - query.offset + 1e-6):
            value = _number(query, entry)
            if value is not None:
                groups.setdefault(_name(query, entry), []).append((entry.at, value))
        for each in groups.values():
            each.sort(key=lambda pair: pair[0])
        return {key: ([at for at, _ in each], [value for _, value in each]) for key, each in groups.items()}


def _number(query: RangeQuery, entry: Entry) -> float | None:
    if query.inner.unwrap:
        return amount(entry.labels.pop(query.inner.unwrap, ""))
    return float(len(entry.line.encode())) if query.op.startswith("bytes") else 1.0


def _name(query: RangeQuery, entry: Entry) -> Labels:
    if query.by is None:
        return sort_labels(entry.labels)
    return sort_labels({each: entry.labels.get(each, "") for each in query.by})


def _reduced(query: RangeQuery, values: Sequence[float]) -> float:
    if query.op == "quantile_over_time":
        return quantile(query.parameter, values)
    if query.op in _REDUCE:
        return float(_REDUCE[query.op](values))
    total = math.fsum(values)
    return total / query.range if query.op in ("rate", "bytes_rate") else total


def newest(found: list[Entry], limit: int, *, backward: bool) -> dict[Labels, list[Entry]]:
    """At most `limit` lines, the newest (or, forward, the oldest) ones, by stream in that order."""
    found.sort(key=lambda each: each.at, reverse=backward)
    streams: dict[Labels, list[Entry]] = {}
    for each in found[:limit]:
        streams.setdefault(sort_labels(each.labels), []).append(each)
    return streams
