"""All trials of a suite. A cluster is built once for each application and seed, and forked for each fault."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
from collections.abc import Iterator, Sequence
from itertools import product
from multiprocessing.connection import wait
from typing import Protocol

import msgspec

from midwatch.evals.lab.agents import agent_of
from midwatch.evals.lab.trial import Result, Task, Trial, run_trial
from midwatch.evals.pool import Progress, silent
from midwatch.lab.apps.named import app_named
from midwatch.lab.cluster import Cluster, running
from midwatch.lab.faults.catalogue import all_faults, fault_named
from midwatch.lab.memory import collect_seldom

_START = 1_795_000_000.0
_DAY = 86_400.0
_WARM = 1800.0


def trials_of(apps: Sequence[str], faults: Sequence[str], seeds: Sequence[int]) -> list[Trial]:
    """Every application with every fault (none named: all) and every seed. Raises `UnknownName`."""
    for each in apps:
        app_named(each)
    names = [fault_named(each).name for each in faults] or list(all_faults())
    return [Trial(app, fault, seed) for app, seed, fault in product(apps, seeds, names)]


def run_trials(
    trials: Sequence[Trial], agent: str, tasks: Sequence[Task], jobs: int, progress: Progress = silent
) -> list[Result]:
    """Results in the order of the trials. Raises `UsageError` for an agent that cannot be had."""
    agent_of(agent)
    collect_seldom()
    groups: dict[tuple[str, int], list[int]] = {}
    for at, each in enumerate(trials):
        groups.setdefault((each.app, each.seed), []).append(at)
    found: dict[int, Result] = {}
    for (app, seed), places in groups.items():
        cluster = running(app_named(app), _START + _DAY * seed, seed=seed, warm=_WARM)
        for at, result in _forked(cluster, trials, places, agent, tasks, jobs):
            found[at] = result
            progress(len(found), len(trials))
    return [found[at] for at in range(len(trials))]


def _forked(
    cluster: Cluster, trials: Sequence[Trial], places: Sequence[int], agent: str, tasks: Sequence[Task], jobs: int
) -> Iterator[tuple[int, Result]]:
    """A child process for each trial, `jobs` at a time: all start from the same memory and change their own."""
    context = multiprocessing.get_context("fork")
    waiting = list(places)[::-1]
    open_: dict[int, tuple[_Receiver, int]] = {}
    gc.freeze()  # so that collections in the children leave the shared pages alone
    try:
        while waiting or open_:
            while waiting and len(open_) < jobs:
                at = waiting.pop()
                receiver, sender = context.Pipe(duplex=False)
                context.Process(target=_child, args=(cluster, trials[at], agent, tasks, sender)).start()
                sender.close()
                open_[receiver.fileno()] = (receiver, at)
            ready = wait(list(open_))
            for each in [each for each in open_ if each in ready]:
                found, at = open_.pop(each)
                yield at, _received(found, trials[at])
    finally:
        gc.unfreeze()


class _Receiver(Protocol):
    def recv_bytes(self) -> bytes: ...
    def close(self) -> None: ...


class _Sender(Protocol):
    def send_bytes(self, buf: bytes, /) -> None: ...
    def close(self) -> None: ...


def _received(receiver: _Receiver, trial: Trial) -> Result:
    try:
        return msgspec.json.decode(receiver.recv_bytes(), type=Result)
    except EOFError:
        return Result(trial=trial, skipped="the process of the trial died; what it said stands above")
    finally:
        receiver.close()


def _child(cluster: Cluster, trial: Trial, agent: str, tasks: Sequence[Task], sender: _Sender) -> None:
    result = asyncio.run(run_trial(cluster, trial, fault_named(trial.fault), agent_of(agent), tasks))
    sender.send_bytes(msgspec.json.encode(result))
    sender.close()
