"""One trial: break a running cluster, let an agent look, compare, let it mend, see whether anything got worse."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from random import Random

import msgspec

from midwatch.domain.resource import Ref
from midwatch.evals.lab.agent import Agent, Answer, Incident
from midwatch.lab.apps.named import app_named
from midwatch.lab.cluster import Cluster
from midwatch.lab.core.errors import ApiError
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.strike import LabView, strike
from midwatch.lab.judge import Wellness, wellness_of, worse
from midwatch.lab.serve import Open, keep_time, opened
from midwatch.lab.telemetry.alerting.alert import AlertState

_MENDING = 900.0
_SPEED_OF_MENDING = 20.0


class Task(StrEnum):
    """What is scored: is something wrong, where, why; and is it well afterwards."""

    DETECT = "detect"
    LOCALISE = "localise"
    ANALYSE = "analyse"
    MITIGATE = "mitigate"


class Trial(msgspec.Struct, frozen=True, order=True):
    """What to try: a fault, in an application, with a seed that chooses the target and all chance."""

    app: str
    fault: str
    seed: int

    def __str__(self) -> str:
        """For people."""
        return f"{self.app}/{self.fault}/{self.seed}"


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """How a trial went. `passed` by task (those asked for that apply); `harmed` got worse by mending.

    `extra` are suspects that the agent calls faults of their own and that are none. Times in seconds: `simulated`
    from the fault to the question, `alerted` to the first alert that fires (None: none did), `seconds` of the
    agent's real ones. `crashes` are bugs of the lab that came to light. `skipped` says why nothing was tried.
    """

    trial: Trial
    harmless: bool = False
    target: str = ""
    culprit: str = ""
    expected: str = ""
    answers: tuple[str, ...] = ()
    passed: dict[str, bool] = msgspec.field(default_factory=dict[str, bool])
    extra: tuple[str, ...] = ()
    harmed: tuple[str, ...] = ()
    requests: int = 0
    steps: int = 0
    tokens: int = 0
    seconds: float = 0.0
    simulated: float = 0.0
    alerted: float | None = None
    crashes: tuple[str, ...] = ()
    skipped: str = ""

    @property
    def right(self) -> bool:
        """Whether every task was passed."""
        return all(self.passed.values())


@dataclass(frozen=True, slots=True)
class _Struck:
    target: Ref
    culprits: tuple[Ref, ...]
    at: float


async def run_trial(cluster: Cluster, trial: Trial, fault: Fault, agent: Agent, tasks: Sequence[Task]) -> Result:
    """Run one trial in a cluster that is used up by it."""
    before = wellness_of(cluster)
    try:
        struck = _strike(cluster, fault, Random(str(trial)))
    except ApiError as error:
        return Result(trial=trial, skipped=f"the cluster refused the fault: {error}")
    if struck is None:
        return Result(trial=trial, skipped=f"nothing in {trial.app} that {fault.name} can strike")
    cluster.run(fault.patience)
    with tempfile.TemporaryDirectory(prefix="midwatch-lab-") as folder:
        async with opened(cluster, Path(folder)) as lab:
            incident = _incident(lab, app_named(trial.app).namespace)
            answer = await agent.investigate(incident)
            passed = _passed(fault, struck, answer, tasks)
            harmed: tuple[str, ...] = ()
            if Task.MITIGATE in tasks and not fault.harmless:
                judged = await _mended(cluster, agent, incident, answer, before)
                if judged is not None:
                    passed[Task.MITIGATE], harmed = judged
    return _result(trial, fault, struck, answer, passed, harmed, cluster)


def _strike(cluster: Cluster, fault: Fault, random: Random) -> _Struck | None:
    view = LabView(cluster)
    targets = sorted(fault.targets(view))
    if not targets:
        return None
    target = random.choice(targets)
    plan = fault.plan(view, target, random)
    at = cluster.env.clock.now
    strike(cluster, plan)
    return _Struck(target, plan.culprits, at)


def _incident(lab: Open, namespace: str) -> Incident:
    firing = (each for each in lab.cluster.telemetry.alerts() if each.state is AlertState.FIRING)
    alerts = tuple(dict(each.labels) for each in firing)
    return Incident(lab.kubeconfig, namespace, lab.telemetry, alerts, lab.cluster.env.clock.now)


def _passed(fault: Fault, struck: _Struck, answer: Answer, tasks: Sequence[Task]) -> dict[str, bool]:
    if fault.harmless:
        return {Task.DETECT.value: not answer.faulty} if Task.DETECT in tasks else {}
    first = answer.suspects[0] if answer.suspects else None
    there = first is not None and first.ref in struck.culprits
    found = {
        Task.DETECT: answer.faulty,
        Task.LOCALISE: there,
        Task.ANALYSE: first is not None and there and first.cause in fault.causes,
    }
    return {task.value: passed for task, passed in found.items() if task in tasks}


async def _mended(
    cluster: Cluster, agent: Agent, incident: Incident, answer: Answer, before: Wellness
) -> tuple[bool, tuple[str, ...]] | None:
    """Whether all is as well as before the fault, and what was well while it was ill, and is no longer.

    None when the agent does not try, or when the fault made nothing worse that could be seen.
    """
    ill = wellness_of(cluster)
    time = asyncio.create_task(keep_time(cluster, _SPEED_OF_MENDING))
    try:
        tried = await agent.mend(incident, answer)
    finally:
        time.cancel()
        with suppress(asyncio.CancelledError):
            await time
    if not tried or not worse(before, ill):
        return None
    cluster.run(_MENDING)
    after = wellness_of(cluster)
    return not worse(before, after), worse(ill, after)


def _result(
    trial: Trial,
    fault: Fault,
    struck: _Struck,
    answer: Answer,
    passed: dict[str, bool],
    harmed: tuple[str, ...],
    cluster: Cluster,
) -> Result:
    own = answer.suspects[: answer.faults if answer.faulty else 0]
    fired = [each.fired for each in cluster.telemetry.alerts() if each.fired and each.fired > struck.at]
    return Result(
        trial=trial,
        harmless=fault.harmless,
        target=str(struck.target),
        culprit=str(struck.culprits[0]) if struck.culprits else "",
        expected=fault.causes[0] if fault.causes else "nothing is wrong",
        answers=tuple(f"{each.cause} {each.ref}" for each in answer.suspects[:3]),
        passed=passed,
        extra=tuple(f"{each.cause} {each.ref}" for each in own if each.ref not in struck.culprits),
        harmed=harmed,
        requests=answer.requests,
        steps=answer.steps,
        tokens=answer.tokens,
        seconds=answer.seconds,
        simulated=fault.patience,
        alerted=min(fired) - struck.at if fired else None,
        crashes=tuple(f"{each.component} {each.doing}: {each.error}" for each in cluster.env.components.crashes),
    )
