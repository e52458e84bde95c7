"""From single results to the scores that are published."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import msgspec

from midwatch.evals.calibration import expected_calibration_error
from midwatch.evals.case import BrokenCase
from midwatch.evals.cloudopsbench.suite import CONFIDENT, CaseResult, Outcome

PUBLISHED: tuple[tuple[str, float, float], ...] = (
    ("DeepSeek-V3.2", 0.73, 0.54),
    ("GPT-5", 0.67, 0.57),
    ("Claude-4-Sonnet", 0.54, 0.58),
    ("GPT-4o", 0.51, 0.43),
)
"""Top-1 accuracy on boutique and trainticket as the benchmark's authors publish it."""


class Group(msgspec.Struct, frozen=True):
    """Scores of some cases."""

    name: str
    cases: int
    a1: float
    a3: float


class CaseScore(msgspec.Struct, frozen=True):
    """One case as it is reported."""

    id: str
    system: str
    truth: dict[str, str]
    answers: list[dict[str, str | float]]
    hit1: bool
    hit3: bool
    confidence: float
    verdict: str
    seconds: float
    reads: int


class Scores(msgspec.Struct, frozen=True):
    """The whole suite. `confidently_wrong` is a share of all cases; times in seconds."""

    cases: list[CaseScore]
    a1: float
    a3: float
    by_system: list[Group]
    by_category: list[Group]
    by_cause: list[Group]
    confusions: list[dict[str, str | int]]
    confidently_wrong: float
    calibration_error: float
    median_seconds: float
    mean_reads: float
    broken: list[BrokenCase]


def scores_of(outcomes: Sequence[Outcome]) -> Scores:
    """Everything from the single results."""
    results = [each for each in outcomes if isinstance(each, CaseResult)]
    broken = [each for each in outcomes if isinstance(each, BrokenCase)]
    wrong = [each for each in results if not each.hit1 and each.confidence >= CONFIDENT]
    return Scores(
        cases=[_case(each) for each in results],
        a1=_share([each.hit1 for each in results]),
        a3=_share([each.hit3 for each in results]),
        by_system=_groups(results, lambda each: each.system),
        by_category=_groups(results, lambda each: each.truth.taxonomy),
        by_cause=_groups(results, lambda each: each.truth.root_cause),
        confusions=_confusions(results),
        confidently_wrong=len(wrong) / len(results) if results else 0.0,
        calibration_error=expected_calibration_error(
            [(each.confidence, each.hit1) for each in results if each.answers]
        ),
        median_seconds=statistics.median([each.seconds for each in results]) if results else 0.0,
        mean_reads=statistics.fmean([each.reads for each in results]) if results else 0.0,
        broken=broken,
    )


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0


def _groups(results: Sequence[CaseResult], key: Callable[[CaseResult], str]) -> list[Group]:
    grouped: dict[str, list[CaseResult]] = defaultdict(list)
    for each in results:
        grouped[key(each)].append(each)
    return [
        Group(name, len(found), _share([each.hit1 for each in found]), _share([each.hit3 for each in found]))
        for name, found in sorted(grouped.items())
    ]


def _confusions(results: Sequence[CaseResult]) -> list[dict[str, str | int]]:
    pairs = Counter(
        (
            f"{each.truth.root_cause} {each.truth.object}",
            f"{each.answers[0].root_cause} {each.answers[0].object}" if each.answers else each.verdict,
            each.id,
        )
        for each in results
        if not each.hit1
    )
    return [
        {"truth": truth, "answer": answer, "case": case, "count": count}
        for (truth, answer, case), count in pairs.most_common()
    ]


def _case(each: CaseResult) -> CaseScore:
    return CaseScore(
        id=each.id,
        system=each.system,
        truth={"taxonomy": each.truth.taxonomy, "object": each.truth.object, "root_cause": each.truth.root_cause},
        answers=[
            {
                "taxonomy": answer.taxonomy,
                "object": answer.object,
                "root_cause": answer.root_cause,
                "confidence": answer.confidence,
                "cause": answer.cause,
            }
            for answer in each.answers
        ],
        hit1=each.hit1,
        hit3=each.hit3,
        confidence=each.confidence,
        verdict=each.verdict,
        seconds=round(each.seconds, 3),
        reads=each.reads,
    )
