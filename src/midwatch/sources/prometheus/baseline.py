"""Whether a time series left its baseline: a step that lasts to the end, far beyond what the series does anyway.

Method: the split that explains the series best as two levels (least squares) finds when a fault began, however
long ago. The baseline is the median before it, its noise the median absolute deviation: outliers move neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import median

_BEFORE, _AFTER = 5, 3
"""Points that a baseline, and what follows it, must have."""
_NOISE = 1.4826 * 5.0
"""Median absolute deviations that count as five standard deviations of normal noise."""
_AGREEING = 0.6
"""Part of the points since the change that must be outside of the baseline, too."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a change must be at least: `least` in the unit of the series, `share` of the normal value."""

    least: float
    share: float


@dataclass(frozen=True, slots=True)
class Shift:
    """A series was `normal` up to the time `since` (epoch seconds) and is `current` now."""

    normal: float
    current: float
    since: float


def is_long_enough(points: Sequence[tuple[float, float]]) -> bool:
    """Whether there is enough history to tell anything."""
    return len(points) >= _BEFORE + _AFTER


def shift_of(points: Sequence[tuple[float, float]], limits: Limits) -> Shift | None:
    """The change that lasts to the end of a series (time and value, oldest first); None when there is none."""
    if not is_long_enough(points):
        return None
    values = [value for _, value in points]
    split = _split(values)
    before, after = values[:split], values[split:]
    normal, current = median(before), median(values[-_AFTER:])
    noise = median(abs(each - normal) for each in before)
    needed = max(limits.least, limits.share * abs(normal), _NOISE * noise)
    if abs(current - normal) < needed:
        return None
    outside = sum(abs(each - normal) >= needed / 2 for each in after)
    if outside < _AGREEING * len(after):
        return None
    return Shift(normal, current, points[split][0])


def _split(values: Sequence[float]) -> int:
    """Where two levels explain the series best: the index of the first value of the second level."""
    count = len(values)
    sums = [0.0, *accumulate(values)]

    def explained(at: int) -> float:
        left, right = sums[at], sums[count] - sums[at]
        return left * left / at + right * right / (count - at)

    return max(range(_BEFORE, count - _AFTER + 1), key=explained)
