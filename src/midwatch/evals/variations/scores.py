"""From single trials to one row for each kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from midwatch.evals.cloudopsbench.suite import BrokenCase
from midwatch.evals.variations.suite import KINDS, ORIGINAL, Outcome
from midwatch.evals.variations.trial import Trial

REQUIRED: Mapping[str, str] = {
    ORIGINAL: "-",
    "renamed": "as right as the original",
    "shifted": "as right as the original",
    "shuffled": "as right as the original",
    "evidence-removed": "less sure of the truth, never confidently wrong",
    "repaired": "healthy or recovered",
    "merged": "both faults named",
    "denied": "told, not healthy, not confidently wrong",
}


class Violation(msgspec.Struct, frozen=True):
    """A trial that did not have the required property."""

    id: str
    note: str


class Row(msgspec.Struct, frozen=True):
    """One kind; shares are of its `cases`. `satisfied` is None where nothing is required."""

    kind: str
    cases: int
    a1: float
    a3: float
    confidently_wrong: float
    required: str
    satisfied: float | None
    violations: list[Violation]
    wrong: list[Violation]


class Scores(msgspec.Struct, frozen=True):
    """The whole suite."""

    seed: int
    rows: list[Row]
    broken: list[dict[str, str]]


def scores_of(outcomes: Sequence[Outcome], seed: int) -> Scores:
    """A row for each kind that was tried, the original first."""
    trials = [each for each in outcomes if isinstance(each, Trial)]
    grouped = {kind: [each for each in trials if each.kind == kind] for kind in (ORIGINAL, *KINDS)}
    return Scores(
        seed,
        [_row(kind, found) for kind, found in grouped.items() if found],
        [{"id": each.id, "why": each.why} for each in outcomes if isinstance(each, BrokenCase)],
    )


def _row(kind: str, trials: Sequence[Trial]) -> Row:
    asked = [each for each in trials if each.satisfied is not None]
    return Row(
        kind,
        len(trials),
        _share([each.hit1 for each in trials]),
        _share([each.hit3 for each in trials]),
        _share([each.confidently_wrong for each in trials]),
        REQUIRED[kind],
        _share([each.satisfied is True for each in asked]) if asked else None,
        [Violation(each.id, each.note) for each in asked if not each.satisfied],
        [Violation(each.id, each.note) for each in trials if each.confidently_wrong],
    )


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0
