"""Diagnose both twins of each case, and compare with what is expected."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from midwatch.app import Investigation, investigate
from midwatch.causes.catalogue import CATALOGUE
from midwatch.domain.diagnosis import Verdict
from midwatch.domain.hypothesis import Hypothesis
from midwatch.evals.case import BrokenCase, CaseBroken
from midwatch.evals.manifests.case import Case, Culprit, Expected, Twin, load_case
from midwatch.evals.manifests.source import source_of
from midwatch.evals.pool import Progress, run_all, silent
from midwatch.settings import Settings
from midwatch.workflow.state import Scope

_ANSWERS = 3


class Answer(msgspec.Struct, frozen=True):
    """One answer: `cause_right` when it is the expected cause or one that is accepted, too."""

    cause: str
    culprit: Culprit
    confidence: float
    cause_right: bool
    culprit_right: bool

    @property
    def right(self) -> bool:
        """Both are right."""
        return self.cause_right and self.culprit_right

    def __str__(self) -> str:
        return f"{self.cause} {named(self.culprit)}"


class CaseResult(msgspec.Struct, frozen=True):
    """One scored case. `seconds` are those of the broken twin, from its objects to the ranked answers."""

    id: str
    family: str
    cause: str
    culprit: Culprit
    verdict: Verdict
    expected_verdict: Verdict
    answers: tuple[Answer, ...]
    repaired: Verdict
    repaired_right: bool
    repaired_answer: str
    seconds: float

    @property
    def hit1(self) -> bool:
        """Whether the first answer is right."""
        return any(each.right for each in self.answers[:1])

    @property
    def hit3(self) -> bool:
        """Whether one of the first three answers is right."""
        return any(each.right for each in self.answers)

    @property
    def confidence(self) -> float:
        """Of the first answer."""
        return self.answers[0].confidence if self.answers else 0.0


Outcome = CaseResult | BrokenCase


def run_suite(folders: Sequence[Path], jobs: int, progress: Progress = silent) -> list[Outcome]:
    """Results in the order of the folders."""
    return run_all(run_folder, folders, jobs, progress)


def run_folder(folder: Path) -> Outcome:
    """Load and score one case."""
    try:
        case = load_case(folder)
    except CaseBroken as error:
        return BrokenCase(folder.name, str(error))
    return run_case(case)


def run_case(case: Case) -> CaseResult:
    """Diagnose both twins."""
    expected = case.expected
    started = time.perf_counter()
    broken = _investigate(f"{case.name}/broken", case.broken, expected)
    seconds = time.perf_counter() - started
    repaired = _investigate(f"{case.name}/repaired", case.repaired, expected).diagnosis
    alarm = _told(repaired.verdict, repaired.hypotheses)
    return CaseResult(
        id=case.name,
        family=CATALOGUE[expected.cause].family,
        cause=expected.cause,
        culprit=expected.culprit,
        verdict=broken.diagnosis.verdict,
        expected_verdict=expected.verdict,
        answers=tuple(_answers(broken, expected)),
        repaired=repaired.verdict,
        repaired_right=repaired.verdict in expected.repaired,
        repaired_answer=str(_answer(alarm[0], expected)) if alarm else "",
        seconds=seconds,
    )


def _investigate(name: str, twin: Twin, expected: Expected) -> Investigation:
    return asyncio.run(investigate(source_of(name, twin, expected.now), Scope(), Settings()))


def _told(verdict: Verdict, hypotheses: Sequence[Hypothesis]) -> Sequence[Hypothesis]:
    """A verdict that nothing is wrong gives no answers."""
    return hypotheses if verdict in (Verdict.FAULT, Verdict.INCONCLUSIVE) else ()


def _answers(found: Investigation, expected: Expected) -> Iterator[Answer]:
    told = _told(found.diagnosis.verdict, found.diagnosis.hypotheses)
    return (_answer(each, expected) for each in told[:_ANSWERS])


def _answer(found: Hypothesis, expected: Expected) -> Answer:
    ref = found.culprit
    return Answer(
        cause=found.cause,
        culprit=Culprit(ref.kind, ref.name, ref.namespace),
        confidence=found.confidence,
        cause_right=found.cause in (expected.cause, *expected.accept),
        culprit_right=ref == expected.ref,
    )


def named(culprit: Culprit) -> str:
    """An object in one word."""
    where = f"{culprit.namespace}/" if culprit.namespace else ""
    return f"{culprit.kind} {where}{culprit.name}"
