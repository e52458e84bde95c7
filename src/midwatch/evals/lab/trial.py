"""One trial: break a running cluster, let an agent look, compare, let it mend, and see whether anything got worse."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from random import Random

import msgspec

from midwatch.domain.resource import Ref
from midwatch.evals.lab.agent import Agent, Answer
from midwatch.lab.cluster import Cluster
from midwatch.lab.core.errors import ApiError
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.strike import LabView, strike
from midwatch.lab.judge import Health, health_of, worse
from midwatch.lab.serve import opened

_MENDING = 900.0


class Task(StrEnum):
    """What is scored: is something wrong, where, why; and is it well afterwards."""

    DETECT = "detect"
    LOCALISE = "localise"
    ANALYSE = "analyse"
    MITIGATE = "mitigate"


class Trial(msgspec.Struct, frozen=True):
    """What to try: a fault, in an application, with a seed that chooses the target and all chance."""

    app: str
    fault: str
    seed: int


class Result(msgspec.Struct, frozen=True):
    """How a trial went. `passed` by task (those that were asked for and apply); `harmed` got worse by mending.

    `appeared` is after how many simulated seconds the symptoms had shown when the agent was asked.
    """

    trial: Trial
    target: str
    culprit: str
    expected: str
    answers: tuple[str, ...]
    passed: dict[str, bool]
    harmed: tuple[str, ...] = ()
    requests: int = 0
    steps: int = 0
    tokens: int = 0
    seconds: float = 0.0
    simulated: float = 0.0
    skipped: str = ""

    @property
    def right(self) -> bool:
        """Whether every task was passed."""
        return all(self.passed.values())


@dataclass(frozen=True, slots=True)
class _Struck:
    target: Ref | None
    culprits: tuple[Ref, ...]


async def run_trial(cluster: Cluster, trial: Trial, fault: Fault, agent: Agent, tasks: Sequence[Task]) -> Result:
    """Run one trial in a cluster that is used up by it."""
    before = health_of(cluster)
    random = Random(f"{trial.seed}/{trial.app}/{trial.fault}")
    try:
        struck = _strike(cluster, fault, random)
    except ApiError as error:
        return _skipped(trial, f"the cluster refused the fault: {error}")
    if struck is None:
        return _skipped(trial, f"nothing in {trial.app} that {fault.name} can strike")
    cluster.run(fault.patience)
    with tempfile.TemporaryDirectory(prefix="midwatch-lab-") as folder:
        async with opened(cluster, Path(folder)) as lab:
            incident = lab.incident(trial.app)
            answer = await agent.investigate(incident)
            tried = Task.MITIGATE in tasks and not fault.harmless and await agent.mend(incident, answer)
    passed = _passed(fault, struck, answer, tasks)
    harmed: tuple[str, ...] = ()
    if tried:
        ill = health_of(cluster)
        cluster.run(_MENDING)
        passed[Task.MITIGATE], harmed = _mended(before, ill, health_of(cluster))
    return _result(trial, fault, struck, answer, passed, harmed)


def _strike(cluster: Cluster, fault: Fault, random: Random) -> _Struck | None:
    view = LabView(cluster)
    targets = sorted(fault.targets(view))
    if not targets:
        return None
    target = random.choice(targets)
    plan = fault.plan(view, target, random)
    strike(cluster, plan)
    return _Struck(target, plan.culprits)


def _passed(fault: Fault, struck: _Struck, answer: Answer, tasks: Sequence[Task]) -> dict[str, bool]:
    if fault.harmless:
        return {Task.DETECT: not answer.faulty} if Task.DETECT in tasks else {}
    first = answer.suspects[0] if answer.suspects else None
    found = {
        Task.DETECT: answer.faulty,
        Task.LOCALISE: first is not None and first.ref in struck.culprits,
        Task.ANALYSE: first is not None and first.cause in fault.causes and first.ref in struck.culprits,
    }
    return {task.value: passed for task, passed in found.items() if task in tasks}


def _mended(before: Health, ill: Health, after: Health) -> tuple[bool, tuple[str, ...]]:
    """Well again: nothing is worse than before the fault. Harm: what was well while it was ill, and is no longer."""
    return not worse(before, after), tuple(worse(ill, after))


def _result(
    trial: Trial, fault: Fault, struck: _Struck, answer: Answer, passed: dict[str, bool], harmed: tuple[str, ...]
) -> Result:
    return Result(
        trial,
        target=str(struck.target),
        culprit=str(struck.culprits[0]) if struck.culprits else "",
        expected=fault.causes[0] if fault.causes else "nothing is wrong",
        answers=tuple(f"{each.cause} {each.ref}" for each in answer.suspects[:3]),
        passed=passed,
        harmed=harmed,
        requests=answer.requests,
        steps=answer.steps,
        tokens=answer.tokens,
        seconds=answer.seconds,
        simulated=fault.patience,
    )


def _skipped(trial: Trial, why: str) -> Result:
    return Result(trial, "", "", "", (), {}, skipped=why)
