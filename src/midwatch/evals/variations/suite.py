"""All variations of all cases, in parallel; the same seed gives the same variations in any order of work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from midwatch.domain.diagnosis import Verdict
from midwatch.evals.cloudopsbench.case import Case, CaseBroken, Truth, load_case, load_truth
from midwatch.evals.cloudopsbench.source import CaseSource
from midwatch.evals.cloudopsbench.suite import BrokenCase
from midwatch.evals.pool import Progress, run_all, silent
from midwatch.evals.variations import merge, remove, repair
from midwatch.evals.variations.deny import LOGS, Denying, chosen
from midwatch.evals.variations.rename import renamed
from midwatch.evals.variations.shift import shifted
from midwatch.evals.variations.shuffle import reordered, shuffled
from midwatch.evals.variations.trial import Seen, Trial, see, trial
from midwatch.evals.variations.world import World, WorldSource, record

ORIGINAL = "original"
KINDS = ("renamed", "shifted", "shuffled", remove.KIND, repair.KIND, merge.KIND, "denied")
_DONORS = 8
_LOCAL = "app/"

Outcome = Trial | BrokenCase


@dataclass(frozen=True, slots=True)
class Job:
    """One case: the variations to make of it, folders of cases that may tell what health looks like, guests."""

    folder: Path
    kinds: tuple[str, ...]
    seed: int
    donors: tuple[Path, ...] = ()
    guests: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """A case, its evidence, and the diagnosis it gets as it is."""

    case: Case
    world: World
    original: Seen
    job: Job

    def random(self, kind: str) -> Random:
        """Randomness for one variation, whatever else is made of the case."""
        return Random(f"{self.job.seed} {kind} {self.case.id}")


def jobs_of(folders: Sequence[Path], kinds: Sequence[str], seed: int, pairs: int) -> list[Job]:
    """One job a case. A case whose truth cannot be read gets its job as well: that tells why."""
    truths = {each: truth for each in folders if (truth := _truth(each)) is not None}
    random = Random(seed)
    guests = _guests(truths, pairs, random) if merge.KIND in kinds else {}
    donors = list(truths) if repair.KIND in kinds else []
    random.shuffle(donors)
    return [
        Job(each, tuple(kinds), seed, tuple(_donors(each, donors, truths)), tuple(guests.get(each, ())))
        for each in folders
    ]


def _truth(folder: Path) -> Truth | None:
    try:
        return load_truth(folder)
    except CaseBroken:
        return None


def _guests(truths: Mapping[Path, Truth], pairs: int, random: Random) -> dict[Path, list[Path]]:
    folders = list(truths)
    systems = [each.parent.name for each in folders]
    guests: dict[Path, list[Path]] = {}
    for host, guest in merge.pairs_of(list(truths.values()), systems, pairs, random):
        guests.setdefault(folders[host], []).append(folders[guest])
    return guests


def _donors(folder: Path, donors: Sequence[Path], truths: Mapping[Path, Truth]) -> list[Path]:
    """Cases of the same system whose fault is in one other application and not in the nodes."""
    mine = truths.get(folder)
    fitting = [
        each
        for each in donors
        if mine is not None
        and each.parent.name == folder.parent.name
        and truths[each].object.startswith(_LOCAL)
        and truths[each].object != mine.object
        and truths[each].root_cause not in merge.ON_NODES
    ]
    return fitting[:_DONORS]


def run_jobs(jobs: Sequence[Job], processes: int, progress: Progress = silent) -> list[Outcome]:
    """All trials, in the order of the jobs."""
    return [each for found in run_all(run_job, jobs, processes, progress) for each in found]


def run_job(job: Job) -> list[Outcome]:
    """The case as it is, and each variation of it that can be made."""
    try:
        case = load_case(job.folder)
        return list(asyncio.run(_trials(case, job)))
    except CaseBroken as error:
        return [BrokenCase(job.folder.name, str(error))]


async def _trials(case: Case, job: Job) -> list[Trial]:
    world = await record(CaseSource(case))
    original = await see(WorldSource(world))
    subject = Subject(case, world, original, job)
    found: list[Trial | None] = [trial(ORIGINAL, case, original, None)]
    found.extend([await _ONE[kind](subject) for kind in job.kinds if kind in _ONE])
    found.extend([await merge.merged(case, world, load_case(each)) for each in job.guests])
    return [each for each in found if each is not None]


async def _renamed(subject: Subject) -> Trial:
    return await _retold("renamed", subject, renamed(subject.case, subject.random("renamed")))


async def _shifted(subject: Subject) -> Trial:
    return await _retold("shifted", subject, shifted(subject.case, subject.random("shifted")))


async def _shuffled(subject: Subject) -> Trial:
    random = subject.random("shuffled")
    case = shuffled(subject.case, random)
    world = reordered(await record(CaseSource(case)), random)
    return _compared("shuffled", subject, case, await see(WorldSource(world)))


async def _retold(kind: str, subject: Subject, case: Case) -> Trial:
    return _compared(kind, subject, case, await see(CaseSource(case)))


def _compared(kind: str, subject: Subject, case: Case, seen: Seen) -> Trial:
    """Required: as right as the original was."""
    made = trial(kind, case, seen, None)
    was = trial(ORIGINAL, subject.case, subject.original, None)
    return trial(kind, case, seen, made.hit1 >= was.hit1)


async def _removed(subject: Subject) -> Trial | None:
    return await remove.evidence_removed(subject.case, subject.world, subject.original)


async def _repaired(subject: Subject) -> Trial | None:
    return await repair.repaired(subject.case, subject.world, (load_case(each) for each in subject.job.donors))


async def _denied(subject: Subject) -> Trial | None:
    """Required: said so, not called healthy, and not confidently wrong. None when nobody asked for it."""
    what = chosen(subject.random("denied"))
    seen = await see(Denying(WorldSource(subject.world), frozenset((what,))))
    refused = [each.what for each in seen.found.diagnosis.unchecked if each.state == "denied"]
    if what == LOGS and not refused:
        return None
    made = trial("denied", subject.case, seen, None)
    told = any(what in each for each in refused)
    satisfied = told and seen.verdict is not Verdict.HEALTHY and not made.confidently_wrong
    note = f"{what} denied; {made.note}{'' if told else '; not told'}"
    return trial("denied", subject.case, seen, satisfied, note)


_ONE: Mapping[str, Callable[[Subject], Awaitable[Trial | None]]] = {
    "renamed": _renamed,
    "shifted": _shifted,
    "shuffled": _shuffled,
    remove.KIND: _removed,
    repair.KIND: _repaired,
    "denied": _denied,
}
