"""Many series into fewer. Source: prometheus/promql/engine.go (aggregation)."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Sequence

from midwatch.lab.core.metrics import Labels
from midwatch.lab.telemetry.promql.syntax import Aggregation
from midwatch.lab.telemetry.promql.values import NAME, Vector, sort_labels


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean."""
    return sum(values) / len(values)


def variance(values: Sequence[float]) -> float:
    """The variance of a whole population."""
    middle = mean(values)
    return sum((each - middle) ** 2 for each in values) / len(values)


def deviation(values: Sequence[float]) -> float:
    """The standard deviation of a whole population."""
    return math.sqrt(variance(values))


def quantile(share: float, values: Sequence[float]) -> float:
    """A quantile, interpolated between the neighbours. Source: prometheus/promql/quantile.go (quantile)."""
    if not values or math.isnan(share):
        return math.nan
    if not 0 <= share <= 1:
        return math.copysign(math.inf, share - 0.5)
    ordered = sorted(values)
    rank = share * (len(ordered) - 1)
    low = math.floor(rank)
    high = min(low + 1, len(ordered) - 1)
    weight = rank - low
    return ordered[low] * (1 - weight) + ordered[high] * weight


def smallest(values: Sequence[float]) -> float:
    """The least value; NaN counts only when there is nothing else."""
    return min((each for each in values if not math.isnan(each)), default=math.nan)


def largest(values: Sequence[float]) -> float:
    """The greatest value; NaN counts only when there is nothing else."""
    return max((each for each in values if not math.isnan(each)), default=math.nan)


_REDUCE: dict[str, Callable[[Sequence[float]], float]] = {
    "sum": math.fsum,
    "avg": mean,
    "min": smallest,
    "max": largest,
    "count": len,
    "group": lambda _: 1.0,
    "stddev": deviation,
    "stdvar": variance,
}


def aggregate(found: Aggregation, vector: Vector, parameter: float | str | None) -> Vector:
    """The groups of a vector, each reduced; `parameter` is the number of topk, quantile ..., or a label's name."""
    groups = _groups(found, vector)
    if found.op in _REDUCE:
        reduce = _REDUCE[found.op]
        return {key: float(reduce([vector[each] for each in members])) for key, members in groups.items()}
    if found.op == "quantile":
        share = float(parameter or 0.0)
        return {key: quantile(share, [vector[each] for each in members]) for key, members in groups.items()}
    if found.op == "count_values":
        return _count_values(groups, vector, str(parameter))
    return _top(groups, vector, float(parameter or 0.0), best=found.op == "topk")


def _groups(found: Aggregation, vector: Vector) -> dict[Labels, list[Labels]]:
    wanted = frozenset(found.labels)
    groups: dict[Labels, list[Labels]] = {}
    for labels in vector:
        if found.without:
            key = tuple(each for each in labels if each[0] not in wanted and each[0] != NAME)
        elif wanted:
            key = tuple(each for each in labels if each[0] in wanted)
        else:
            key = ()
        groups.setdefault(key, []).append(labels)
    return groups


def _top(groups: dict[Labels, list[Labels]], vector: Vector, parameter: float, *, best: bool) -> Vector:
    count = int(parameter) if math.isfinite(parameter) else 0
    found: Vector = {}
    worst = -math.inf if best else math.inf

    def rank(labels: Labels) -> float:
        value = vector[labels]
        return worst if math.isnan(value) else value

    for members in groups.values():
        pick = heapq.nlargest if best else heapq.nsmallest
        found |= {labels: vector[labels] for labels in pick(max(count, 0), members, key=rank)}
    return found


def _count_values(groups: dict[Labels, list[Labels]], vector: Vector, label: str) -> Vector:
    found: Vector = {}
    for key, members in groups.items():
        for each in members:
            value = vector[each]
            name = sort_labels({**dict(key), label: f"{value:g}" if value != int(value) else str(int(value))})
            found[name] = found.get(name, 0.0) + 1
    return found
