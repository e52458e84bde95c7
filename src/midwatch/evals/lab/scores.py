"""From single results to scores."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence

import msgspec

from midwatch.evals.lab.trial import Result, Task
from midwatch.lab.faults.catalogue import family_of


class Group(msgspec.Struct, frozen=True):
    """Scores of some trials with a fault. `passed`: the share by task; a task that never applied is left out."""

    name: str
    trials: int
    passed: dict[str, float]


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """The whole suite.

    `quiet` are the trials in which nothing was wrong, of which `false_alarms` were called faults. `extra` is the
    mean number of further faults claimed in a trial, `harmed` in how many trials mending made something worse.
    `seconds` and `alerted` (simulated seconds to the first alert) are medians; `unalerted` trials had no alert.
    """

    agent: str
    all: Group
    families: list[Group]
    quiet: int
    false_alarms: list[Result]
    wrong: list[Result]
    extra: float
    harmed: int
    steps: float
    requests: float
    tokens: float
    seconds: float
    simulated: float
    alerted: float | None
    unalerted: int
    skipped: list[Result]
    crashes: list[str]
    results: list[Result]


def scores_of(results: Sequence[Result], agent: str) -> Scores:
    """Everything from the single results."""
    tried = [each for each in results if not each.skipped]
    broken = [each for each in tried if not each.harmless]
    quiet = [each for each in tried if each.harmless]
    alerted = [each.alerted for each in broken if each.alerted is not None]
    return Scores(
        agent=agent,
        all=_group("all", broken),
        families=_families(broken),
        quiet=len(quiet),
        false_alarms=[each for each in quiet if not each.right],
        wrong=[each for each in broken if not each.right],
        extra=_mean(broken, lambda each: len(each.extra)),
        harmed=sum(bool(each.harmed) for each in broken),
        steps=_mean(tried, lambda each: each.steps),
        requests=_mean(tried, lambda each: each.requests),
        tokens=_mean(tried, lambda each: each.tokens),
        seconds=round(statistics.median([each.seconds for each in tried] or [0.0]), 3),
        simulated=round(statistics.median([each.simulated for each in tried] or [0.0]), 1),
        alerted=round(statistics.median(alerted), 1) if alerted else None,
        unalerted=len(broken) - len(alerted),
        skipped=[each for each in results if each.skipped],
        crashes=sorted({crash for each in tried for crash in each.crashes}),
        results=list(results),
    )


def _mean(results: Sequence[Result], number: Callable[[Result], float]) -> float:
    return round(statistics.fmean(map(number, results)), 2) if results else 0.0


def _families(results: Sequence[Result]) -> list[Group]:
    grouped: dict[str, list[Result]] = defaultdict(list)
    for each in results:
        grouped[family_of(each.trial.fault)].append(each)
    return [_group(name, found) for name, found in sorted(grouped.items())]


def _group(name: str, results: Sequence[Result]) -> Group:
    found = {task.value: [each.passed[task] for each in results if task.value in each.passed] for task in Task}
    shares = {task: round(sum(passed) / len(passed), 4) for task, passed in found.items() if passed}
    return Group(name, len(results), shares)
