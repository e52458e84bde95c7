"""Queries as the HTTP API asks them: at an instant, or over a range in steps."""

from __future__ import annotations

from typing import TypeAlias, cast

from midwatch.lab.core.metrics import Labels
from midwatch.lab.telemetry.database import Database
from midwatch.lab.telemetry.promql.check import check
from midwatch.lab.telemetry.promql.evaluate import Evaluation
from midwatch.lab.telemetry.promql.parser import parse
from midwatch.lab.telemetry.promql.signatures import Type
from midwatch.lab.telemetry.promql.syntax import Expression, PromqlError
from midwatch.lab.telemetry.promql.values import Value, Vector

Points: TypeAlias = list[tuple[float, float]]
_MOST = 11_000
"""Points of one series in one answer. Source: prometheus/web/api/v1/api.go (queryRange)."""


def instant(database: Database, query: str, when: float) -> Value:
    """The value of a query. Raises `PromqlError`."""
    return Evaluation(database, when, when).at(parse(query), when)


def instant_vector(database: Database, expression: Expression, when: float) -> Vector:
    """The value of an expression that was parsed before; a number is a vector of one without labels."""
    found = Evaluation(database, when, when).at(expression, when)
    return found if isinstance(found, dict) else {(): cast("float", found)}


def over(database: Database, query: str, start: float, end: float, step: float) -> dict[Labels, Points]:
    """A query at `start` and each `step` seconds up to `end`: points of each series. Raises `PromqlError`."""
    if step <= 0:
        why = "zero or negative query resolution step widths are not accepted. Try a positive integer"
        raise PromqlError(f'invalid parameter "step": {why}')
    if end < start:
        raise PromqlError('invalid parameter "end": end timestamp must not be before start time')
    if (end - start) / step > _MOST:
        raise PromqlError(
            "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution"
            " (?step=XX)"
        )
    expression = parse(query)
    kind = check(query, expression)
    if kind not in (Type.SCALAR, Type.VECTOR):
        raise PromqlError(f'invalid expression type "{kind}" for range query, must be Scalar or instant Vector')
    evaluation = Evaluation(database, start, end)
    found: dict[Labels, Points] = {}
    for index in range(int((end - start) / step + 1e-9) + 1):
        at = start + index * step
        value = evaluation.at(expression, at)
        for labels, each in (value if isinstance(value, dict) else {(): cast("float", value)}).items():
            found.setdefault(labels, []).append((at, each))
    return found
