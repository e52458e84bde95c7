"""How well stated confidence agrees with how often answers are right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers whose confidence lies in [low, high): how many, their mean confidence, the share that is right."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


def reliability(pairs: Sequence[tuple[float, bool]], bins: int = BINS) -> list[Bin]:
    """Equal-width bins over (confidence, right); empty ones are left out."""
    grouped: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for confidence, right in pairs:
        grouped[min(bins - 1, max(0, int(confidence * bins)))].append((confidence, right))
    return [_bin(index / bins, (index + 1) / bins, group) for index, group in enumerate(grouped) if group]


def _bin(low: float, high: float, group: Sequence[tuple[float, bool]]) -> Bin:
    count = len(group)
    return Bin(low, high, count, sum(each for each, _ in group) / count, sum(right for _, right in group) / count)


def expected_calibration_error(pairs: Sequence[tuple[float, bool]], bins: int = BINS) -> float:
    """Mean distance of confidence and accuracy over bins, weighted by their size (Naeini et al., AAAI 2015)."""
    total = len(pairs)
    if not total:
        return 0.0
    return sum(each.count * abs(each.confidence - each.accuracy) for each in reliability(pairs, bins)) / total
