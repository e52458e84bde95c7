"""How well stated confidence agrees with how often answers are right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from midwatch.evals.tables import table

BINS = 10
Pair = tuple[float, bool]
"""Confidence of an answer, and whether it is right."""


class Bin(msgspec.Struct, frozen=True):
    """Answers whose confidence lies in [low, high): how many, their mean confidence, the share that is right."""

    low: float
    high: float
    count: int
    confidence: float
    accuracy: float


class Calibration(msgspec.Struct, frozen=True):
    """One suite: `error` is the expected calibration error; `accuracy` and `confidence` are means over answers."""

    suite: str
    answers: int
    accuracy: float
    confidence: float
    error: float
    bins: list[Bin]


def reliability(pairs: Sequence[Pair], bins: int = BINS) -> list[Bin]:
    """Equal-width bins over (confidence, right); empty ones are left out."""
    grouped: list[list[Pair]] = [[] for _ in range(bins)]
    for confidence, right in pairs:
        grouped[min(bins - 1, max(0, int(confidence * bins)))].append((confidence, right))
    return [_bin(index / bins, (index + 1) / bins, group) for index, group in enumerate(grouped) if group]


def _bin(low: float, high: float, group: Sequence[Pair]) -> Bin:
    return Bin(low, high, len(group), *_means(group))


def _means(pairs: Sequence[Pair]) -> tuple[float, float]:
    """Mean confidence, and the share that is right; nothing when there are none."""
    count = len(pairs) or 1
    return sum(each for each, _ in pairs) / count, sum(right for _, right in pairs) / count


def expected_calibration_error(pairs: Sequence[Pair], bins: int = BINS) -> float:
    """Mean distance of confidence and accuracy over bins, weighted by their size (Naeini et al., AAAI 2015)."""
    total = len(pairs)
    if not total:
        return 0.0
    return sum(each.count * abs(each.confidence - each.accuracy) for each in reliability(pairs, bins)) / total


def calibration_of(suites: Mapping[str, Sequence[Pair]]) -> list[Calibration]:
    """Each suite by its name."""
    return [_calibration(name, pairs) for name, pairs in suites.items()]


def _calibration(name: str, pairs: Sequence[Pair]) -> Calibration:
    confidence, accuracy = _means(pairs)
    return Calibration(
        name, len(pairs), accuracy, confidence, expected_calibration_error(pairs), reliability(pairs)
    )


def page(found: Sequence[Calibration], *, markdown: bool) -> str:
    """A headline and a table for each suite."""
    return "\n".join(line for each in found for line in _lines(each, markdown)).rstrip("\n")


def _lines(found: Calibration, markdown: bool) -> Iterator[str]:
    yield (
        f"{'### ' if markdown else ''}{found.suite}: {found.answers} answers, {found.accuracy:.1%} right, "
        f"mean confidence {found.confidence:.1%}, expected calibration error {found.error:.3f}"
    )
    yield ""
    rows = [
        (
            f"{each.low:.1f} to {each.high:.1f}",
            str(each.count),
            f"{each.confidence:.3f}",
            f"{each.accuracy:.3f}",
            f"{each.accuracy - each.confidence:+.3f}",
        )
        for each in found.bins
    ]
    yield from table(("confidence", "answers", "mean confidence", "right", "difference"), rows, markdown=markdown)
    yield ""
