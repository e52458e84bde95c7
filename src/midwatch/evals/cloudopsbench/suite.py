"""Run cases in parallel and score them as the benchmark does: taxonomy, object and root cause must match."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from midwatch.app import investigate
from midwatch.evals.case import BrokenCase, CaseBroken
from midwatch.evals.cloudopsbench.case import Case, Truth, load_case
from midwatch.evals.cloudopsbench.labels import Answer, answers
from midwatch.evals.cloudopsbench.source import CaseSource
from midwatch.evals.pool import Progress, run_all, silent
from midwatch.settings import Settings
from midwatch.workflow.state import Scope

CONFIDENT = 0.8
"""Confidence from which a wrong answer counts as confidently wrong."""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One scored case; `reads` are queries asked, `seconds` from reading its files to the ranked answers."""

    id: str
    system: str
    truth: Truth
    answers: tuple[Answer, ...]
    hit1: bool
    hit3: bool
    verdict: str
    seconds: float
    reads: int

    @property
    def confidence(self) -> float:
        """Of the first answer."""
        return self.answers[0].confidence if self.answers else 0.0


Outcome = CaseResult | BrokenCase


def run_suite(folders: Sequence[Path], jobs: int, progress: Progress = silent) -> list[Outcome]:
    """Results in the order of the folders."""
    return run_all(run_case, folders, jobs, progress)


def run_case(folder: Path) -> Outcome:
    """Load, diagnose, score one case."""
    started = time.perf_counter()
    try:
        case = load_case(folder)
    except CaseBroken as error:
        return BrokenCase(folder.name, str(error))
    source = CaseSource(case)
    found = asyncio.run(investigate(source, Scope(), Settings()))
    ranked = tuple(answers(found))
    diagnosis = found.diagnosis
    return score(case, ranked, diagnosis.verdict.value, time.perf_counter() - started, len(diagnosis.evidence))


def score(case: Case, ranked: tuple[Answer, ...], verdict: str, seconds: float, reads: int) -> CaseResult:
    """A@1 and A@3 of one case. A verdict that nothing is wrong gives no answers."""
    given = ranked if verdict in ("fault", "inconclusive") else ()
    hits = [_matches(each, case.truth) for each in given[:3]]
    return CaseResult(
        case.id, case.system, case.truth, given[:5], hits[:1] == [True], any(hits), verdict, seconds, reads
    )


def _matches(answer: Answer, truth: Truth) -> bool:
    ours = answer.taxonomy, answer.object, answer.root_cause
    theirs = truth.taxonomy, truth.object, truth.root_cause
    return all(one.strip().lower() == other.strip().lower() for one, other in zip(ours, theirs, strict=True))
