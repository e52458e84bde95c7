"""The calibration of all suites that are there: confidence of each first answer, and whether it is right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from midwatch.errors import UsageError
from midwatch.evals.calibration import Calibration, Pair, calibration_of
from midwatch.evals.case import BrokenCase
from midwatch.evals.cloudopsbench.case import find_cases as find_recordings
from midwatch.evals.cloudopsbench.suite import run_suite as run_recordings
from midwatch.evals.manifests.case import find_cases as find_manifests
from midwatch.evals.manifests.suite import run_suite as run_manifests
from midwatch.evals.pool import Progress, silent


class _Scored(Protocol):
    """What a scored case of any suite has."""

    @property
    def answers(self) -> Sequence[object]: ...
    @property
    def confidence(self) -> float: ...
    @property
    def hit1(self) -> bool: ...


def calibrate(
    recordings: Path | None, manifests: Path | None, jobs: int, progress: Progress = silent
) -> tuple[list[Calibration], list[BrokenCase]]:
    """Each suite, and the cases that could not be read."""
    if recordings is None and manifests is None:
        raise UsageError("nothing to measure: give --cases, --manifests, or both")
    suites: dict[str, list[Pair]] = {}
    broken: list[BrokenCase] = []
    if manifests is not None:
        outcomes = run_manifests(find_manifests(manifests), jobs, progress)
        suites["manifests"] = _pairs(outcomes, broken)
    if recordings is not None:
        recorded = run_recordings(find_recordings(recordings), jobs, progress)
        suites["Cloud-OpsBench"] = _pairs(recorded, broken)
    return calibration_of(suites), broken


def _pairs(outcomes: Iterable[_Scored | BrokenCase], broken: list[BrokenCase]) -> list[Pair]:
    """Cases without an answer state no confidence."""
    pairs: list[Pair] = []
    for each in outcomes:
        if isinstance(each, BrokenCase):
            broken.append(each)
        elif each.answers:
            pairs.append((each.confidence, each.hit1))
    return pairs
