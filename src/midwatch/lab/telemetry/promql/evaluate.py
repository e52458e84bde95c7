"""Evaluates expressions at an instant. Source: prometheus/promql/engine.go."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import cast

from midwatch.lab.core.metrics import Labels
from midwatch.lab.telemetry.database import Database, Series
from midwatch.lab.telemetry.promql import ranges
from midwatch.lab.telemetry.promql.aggregation import aggregate
from midwatch.lab.telemetry.promql.functions import (
    CALENDAR,
    MATH,
    absent_labels,
    clamped,
    label_join,
    label_replace,
    ordered,
    rounded,
)
from midwatch.lab.telemetry.promql.histogram import histogram_quantile
from midwatch.lab.telemetry.promql.operators import of_numbers, of_vectors, with_number
from midwatch.lab.telemetry.promql.syntax import (
    Aggregation,
    Binary,
    Call,
    Expression,
    Negation,
    Number,
    Selector,
    Subquery,
    Text,
)
from midwatch.lab.telemetry.promql.values import (
    Matrix,
    Value,
    Vector,
    Window,
    nameless,
    unique,
    without_names,
)

_INTERVAL = 60.0
"""Default resolution of subqueries: the default evaluation interval of Prometheus."""


class Evaluation:
    """One query, from `start` to `end` (epoch seconds; the same for an instant query)."""

    def __init__(self, database: Database, start: float, end: float) -> None:
        self._database = database
        self._start = start
        self._end = end
        self._selected: dict[int, list[Series]] = {}

    def at(self, expression: Expression, when: float) -> Value:
        """The value at one instant. Raises `PromqlError`."""
        match expression:
            case Number() | Text():
                return expression.value
            case Selector():
                return self._select(expression, when)
            case Subquery():
                return self._subquery(expression, when)
            case Negation():
                return self._negate(expression, when)
            case Binary():
                return self._binary(expression, when)
            case Aggregation():
                inner = self._vector(expression.inner, when)
                parameter = None if expression.parameter is None else self.at(expression.parameter, when)
                return aggregate(expression, inner, cast("float | str | None", parameter))
            case Call():
                return self._call(expression, when)

    def _vector(self, expression: Expression, when: float) -> Vector:
        return cast("Vector", self.at(expression, when))

    def _number(self, expression: Expression, when: float) -> float:
        return cast("float", self.at(expression, when))

    def _text(self, expression: Expression, when: float) -> str:
        return cast("str", self.at(expression, when))

    def _series(self, selector: Selector) -> Sequence[Series]:
        known = self._selected.get(id(selector))
        if known is None:
            known = self._selected[id(selector)] = [each for _, each in self._database.select(selector.matchers)]
        return known

    def _moment(self, expression: Selector | Subquery, when: float) -> float:
        pinned = {"start": self._start, "end": self._end, None: when}
        found = expression.when
        return (found if isinstance(found, int | float) else pinned[found]) - expression.offset

    def _select(self, selector: Selector, when: float) -> Vector | Matrix:
        moment = self._moment(selector, when)
        if selector.range is None:
            return {labels: value for labels, value, _ in self._instants(selector, moment)}
        begin = moment - selector.range
        windows = self._database.windows(self._series(selector), begin, moment)
        return [Window(series.named, begin, moment, times, values) for series, times, values in windows]

    def _instants(self, selector: Selector, moment: float) -> Iterator[tuple[Labels, float, float]]:
        for series, at, value in self._database.at(self._series(selector), moment):
            yield series.named, value, at

    def _subquery(self, found: Subquery, when: float) -> Matrix:
        moment = self._moment(found, when)
        step = found.step or _INTERVAL
        begin = moment - found.range
        at = math.floor(begin / step) * step + step
        times: dict[Labels, list[float]] = {}
        values: dict[Labels, list[float]] = {}
        while at <= moment:
            inner = self.at(found.inner, at)
            for labels, value in (inner if isinstance(inner, dict) else {(): cast("float", inner)}).items():
                times.setdefault(labels, []).append(at)
                values.setdefault(labels, []).append(value)
            at += step
        return [Window(labels, begin, moment, times[labels], each) for labels, each in values.items()]

    def _negate(self, found: Negation, when: float) -> float | Vector:
        inner = self.at(found.inner, when)
        if isinstance(inner, dict):
            return {labels: -value for labels, value in without_names(inner).items()}
        return -cast("float", inner)

    def _binary(self, found: Binary, when: float) -> float | Vector:
        left, right = self.at(found.left, when), self.at(found.right, when)
        if isinstance(left, dict):
            if isinstance(right, dict):
                return of_vectors(found, left, right)
            return with_number(found, left, cast("float", right), swapped=False)
        if isinstance(right, dict):
            return with_number(found, right, cast("float", left), swapped=True)
        return of_numbers(found.op, cast("float", left), cast("float", right))

    def _call(self, call: Call, when: float) -> float | Vector:
        name, arguments = call.name, call.arguments
        if name in ranges.FUNCTIONS:
            function = ranges.FUNCTIONS[name]
            return self._over(arguments[0], when, function, keep=name in ranges.KEEPS_NAME)
        if name in MATH:
            return _mapped(self._vector(arguments[0], when), MATH[name])
        if name in CALENDAR:
            no_labels: Labels = ()
            found = self._vector(arguments[0], when) if arguments else {no_labels: when}
            return _mapped(found, CALENDAR[name])
        return _SPECIAL[name](self, call, when)

    def _over(
        self, argument: Expression, when: float, function: Callable[[Window], float | None], *, keep: bool = False
    ) -> Vector:
        windows = cast("Matrix", self.at(argument, when))
        results = [(each.labels if keep else nameless(each.labels), function(each)) for each in windows]
        return unique((labels, value) for labels, value in results if value is not None)

    def quantile_over_time(self, call: Call, when: float) -> Vector:
        """A quantile of each range."""
        share = self._number(call.arguments[0], when)
        return self._over(call.arguments[1], when, lambda window: ranges.quantile_over(share, window))

    def predict_linear(self, call: Call, when: float) -> Vector:
        """What a straight line comes to later."""
        ahead = self._number(call.arguments[1], when)
        return self._over(call.arguments[0], when, lambda window: ranges.predict(window, when, ahead))

    def absent_over_time(self, call: Call, when: float) -> Vector:
        """1 when there is no sample in the range."""
        return {} if self.at(call.arguments[0], when) else {absent_labels(call.arguments[0]): 1.0}

    def absent(self, call: Call, when: float) -> Vector:
        """1 when there is nothing."""
        return {} if self._vector(call.arguments[0], when) else {absent_labels(call.arguments[0]): 1.0}

    def histogram(self, call: Call, when: float) -> Vector:
        """`histogram_quantile`."""
        return histogram_quantile(self._number(call.arguments[0], when), self._vector(call.arguments[1], when))

    def clamp(self, call: Call, when: float) -> Vector:
        """`clamp`, `clamp_min` and `clamp_max`."""
        bounds = [self._number(each, when) for each in call.arguments[1:]]
        least = -math.inf if call.name == "clamp_max" else bounds[0]
        most = math.inf if call.name == "clamp_min" else bounds[-1]
        return clamped(self._vector(call.arguments[0], when), least, most)

    def round(self, call: Call, when: float) -> Vector:
        """To the nearest multiple of the second argument, which is 1 by default."""
        vector, *rest = call.arguments
        nearest = self._number(rest[0], when) if rest else 1.0
        return _mapped(self._vector(vector, when), lambda value: rounded(value, nearest))

    def sort(self, call: Call, when: float) -> Vector:
        """`sort` and `sort_desc`."""
        return ordered(self._vector(call.arguments[0], when), descending=call.name == "sort_desc")

    def timestamp(self, call: Call, when: float) -> Vector:
        """When each sample was taken."""
        inner = call.arguments[0]
        if isinstance(inner, Selector):
            found = self._instants(inner, self._moment(inner, when))
            return unique((nameless(labels), at) for labels, _, at in found)
        return dict.fromkeys(without_names(self._vector(inner, when)), when)

    def label_replace(self, call: Call, when: float) -> Vector:
        """A label from another one's parts."""
        target, replacement, source, pattern = (self._text(each, when) for each in call.arguments[1:])
        return label_replace(self._vector(call.arguments[0], when), target, replacement, source, pattern)

    def label_join(self, call: Call, when: float) -> Vector:
        """A label from several others."""
        target, separator, *sources = (self._text(each, when) for each in call.arguments[1:])
        return label_join(self._vector(call.arguments[0], when), target, separator, tuple(sources))

    def vector(self, call: Call, when: float) -> Vector:
        """A number as a vector."""
        return {(): self._number(call.arguments[0], when)}

    def scalar(self, call: Call, when: float) -> float:
        """The only value of a vector, NaN when it is not the only one."""
        found = self._vector(call.arguments[0], when)
        return next(iter(found.values())) if len(found) == 1 else math.nan


def _mapped(found: Vector, function: Callable[[float], float]) -> Vector:
    return {labels: function(value) for labels, value in without_names(found).items()}


_SPECIAL: dict[str, Callable[[Evaluation, Call, float], float | Vector]] = {
    "quantile_over_time": Evaluation.quantile_over_time,
    "predict_linear": Evaluation.predict_linear,
    "absent_over_time": Evaluation.absent_over_time,
    "absent": Evaluation.absent,
    "histogram_quantile": Evaluation.histogram,
    "clamp": Evaluation.clamp,
    "clamp_min": Evaluation.clamp,
    "clamp_max": Evaluation.clamp,
    "round": Evaluation.round,
    "sort": Evaluation.sort,
    "sort_desc": Evaluation.sort,
    "timestamp": Evaluation.timestamp,
    "label_replace": Evaluation.label_replace,
    "label_join": Evaluation.label_join,
    "vector": Evaluation.vector,
    "scalar": Evaluation.scalar,
    "time": lambda _, __, when: when,
    "pi": lambda _, __, ___: math.pi,
}
