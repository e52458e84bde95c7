"""From single results to scores."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Sequence

import msgspec

from midwatch.evals.calibration import expected_calibration_error
from midwatch.evals.case import BrokenCase
from midwatch.evals.manifests.suite import CaseResult, Outcome, named


class Group(msgspec.Struct, frozen=True):
    """Scores of some cases; shares in [0, 1]. `cause` and `culprit` are those of the first answer alone."""

    name: str
    cases: int
    a1: float
    a3: float
    cause: float
    culprit: float
    false_alarms: int


class Confusion(msgspec.Struct, frozen=True):
    """A case whose first answer is wrong."""

    case: str
    truth: str
    verdict: str
    answer: str
    among_three: bool


class Alarm(msgspec.Struct, frozen=True):
    """A repaired twin with a verdict it must not have."""

    case: str
    verdict: str
    answer: str


class Scores(msgspec.Struct, frozen=True):
    """The whole suite. `exact` counts only first answers with the expected cause itself, no accepted other one."""

    all: Group
    exact: float
    verdicts: float
    families: list[Group]
    confusions: list[Confusion]
    false_alarms: list[Alarm]
    calibration_error: float
    median_seconds: float
    cases: list[CaseResult]
    broken: list[BrokenCase]


def scores_of(outcomes: Sequence[Outcome]) -> Scores:
    """Everything from the single results."""
    results = [each for each in outcomes if isinstance(each, CaseResult)]
    seconds = [each.seconds for each in results] or [0.0]
    return Scores(
        all=_group("all", results),
        exact=_share([each.hit1 and each.answers[0].cause == each.cause for each in results]),
        verdicts=_share([each.verdict == each.expected_verdict for each in results]),
        families=_families(results),
        confusions=[_confusion(each) for each in results if not each.hit1],
        false_alarms=[
            Alarm(each.id, each.repaired, each.repaired_answer) for each in results if not each.repaired_right
        ],
        calibration_error=expected_calibration_error(pairs_of(results)),
        median_seconds=round(statistics.median(seconds), 4),
        cases=results,
        broken=[each for each in outcomes if isinstance(each, BrokenCase)],
    )


def pairs_of(results: Sequence[CaseResult]) -> list[tuple[float, bool]]:
    """Confidence of each first answer, and whether it is right."""
    return [(each.confidence, each.hit1) for each in results if each.answers]


def _families(results: Sequence[CaseResult]) -> list[Group]:
    grouped: dict[str, list[CaseResult]] = defaultdict(list)
    for each in results:
        grouped[each.family].append(each)
    return [_group(name, found) for name, found in sorted(grouped.items())]


def _group(name: str, results: Sequence[CaseResult]) -> Group:
    firsts = [each.answers[:1] for each in results]
    return Group(
        name,
        len(results),
        a1=_share([each.hit1 for each in results]),
        a3=_share([each.hit3 for each in results]),
        cause=_share([any(each.cause_right for each in first) for first in firsts]),
        culprit=_share([any(each.culprit_right for each in first) for first in firsts]),
        false_alarms=sum(not each.repaired_right for each in results),
    )


def _share(hits: Sequence[bool]) -> float:
    return round(sum(hits) / len(hits), 4) if hits else 0.0


def _confusion(each: CaseResult) -> Confusion:
    answer = str(each.answers[0]) if each.answers else "no answer"
    return Confusion(each.id, f"{each.cause} {named(each.culprit)}", each.verdict, answer, each.hit3)
