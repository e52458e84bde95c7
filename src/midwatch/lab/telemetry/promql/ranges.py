"""Functions over a range of samples. Source: prometheus/promql/functions.go."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise

from midwatch.lab.telemetry.promql.aggregation import deviation, largest, mean, quantile, smallest, variance
from midwatch.lab.telemetry.promql.values import Window


def _extrapolated(window: Window, *, counter: bool, per_second: bool) -> float | None:
    """Source: prometheus/promql/functions.go (extrapolatedRate)."""
    times, values = window.times, window.values
    if len(values) < 2:
        return None
    change = values[-1] - values[0]
    if counter and values != sorted(values):  # cheap: what never fell is sorted already
        change += sum(before for before, after in pairwise(values) if after < before)
    sampled = times[-1] - times[0]
    average = sampled / (len(values) - 1)
    to_start, to_end = times[0] - window.start, window.end - times[-1]
    threshold = average * 1.1
    if to_start >= threshold:
        to_start = average / 2
    if counter and change > 0 and values[0] >= 0:
        to_start = min(to_start, sampled * (values[0] / change))
    if to_end >= threshold:
        to_end = average / 2
    result = change * (sampled + to_start + to_end) / sampled
    return result / (window.end - window.start) if per_second else result


def _instant(window: Window, *, counter: bool) -> float | None:
    if len(window.values) < 2:
        return None
    before, after = window.values[-2:]
    if not counter:
        return after - before
    passed = window.times[-1] - window.times[-2]
    return (after if after < before else after - before) / passed if passed else None


def line(window: Window, origin: float) -> tuple[float, float] | None:
    """Slope (each second) and height at `origin` of the straight line through the samples (least squares)."""
    count = len(window.values)
    if count < 2:
        return None
    xs = [each - origin for each in window.times]
    if len(set(window.values)) == 1:
        return 0.0, window.values[0]
    middle_x, middle_y = mean(xs), mean(window.values)
    square = math.fsum((x - middle_x) ** 2 for x in xs)
    both = math.fsum((x - middle_x) * (y - middle_y) for x, y in zip(xs, window.values, strict=True))
    slope = both / square
    return slope, middle_y - slope * middle_x


def _deriv(window: Window) -> float | None:
    found = line(window, window.times[0]) if window.values else None
    return found[0] if found else None


def _resets(window: Window) -> float | None:
    return float(sum(after < before for before, after in pairwise(window.values))) if window.values else None


def _changes(window: Window) -> float | None:
    return float(sum(after != before for before, after in pairwise(window.values))) if window.values else None


def _over(reduce: Callable[[Sequence[float]], float]) -> Callable[[Window], float | None]:
    return lambda window: float(reduce(window.values)) if window.values else None


FUNCTIONS: dict[str, Callable[[Window], float | None]] = {
    "rate": lambda window: _extrapolated(window, counter=True, per_second=True),
    "increase": lambda window: _extrapolated(window, counter=True, per_second=False),
    "delta": lambda window: _extrapolated(window, counter=False, per_second=False),
    "irate": lambda window: _instant(window, counter=True),
    "idelta": lambda window: _instant(window, counter=False),
    "deriv": _deriv,
    "changes": _changes,
    "resets": _resets,
    "avg_over_time": _over(mean),
    "sum_over_time": _over(math.fsum),
    "min_over_time": _over(smallest),
    "max_over_time": _over(largest),
    "count_over_time": _over(len),
    "last_over_time": _over(lambda values: values[-1]),
    "present_over_time": _over(lambda _: 1.0),
    "stddev_over_time": _over(deviation),
    "stdvar_over_time": _over(variance),
}
"""By name: one window into a value, None when there are too few samples."""

KEEPS_NAME = frozenset({"last_over_time"})


def quantile_over(share: float, window: Window) -> float | None:
    """`quantile_over_time`."""
    return quantile(share, window.values) if window.values else None


def predict(window: Window, when: float, ahead: float) -> float | None:
    """`predict_linear`: the value some seconds after `when`."""
    found = line(window, when)
    return found[0] * ahead + found[1] if found else None
