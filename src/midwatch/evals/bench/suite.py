"""Make and measure clusters of several sizes, healthy and broken."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from midwatch.errors import MidwatchError, UsageError
from midwatch.evals.bench.measure import PHASES, Decoding, Phases, Whole
from midwatch.evals.bench.recording import HEALTHY, About
from midwatch.evals.scale import FAULTS

VARIANTS = (HEALTHY, *FAULTS)
SMALLEST = 50
Progress = Callable[[str], None]
T = TypeVar("T")


class Failed(MidwatchError):
    """A measuring process ended with an error."""


class Measured(msgspec.Struct, frozen=True):
    """One cluster. The best of all repetitions: `decoding` (the reference) and `phases` in CPU seconds, `peak` in
    bytes.
    """

    pods: int
    fault: str
    objects: int
    bytes: int
    findings: int
    decoding: float
    phases: dict[str, float]
    seconds: float
    elapsed: float
    peak: int
    answer: str
    right: bool

    @property
    def judging(self) -> float:
        """Detection and ranking together."""
        return self.phases["detection"] + self.phases["ranking"]


def run_bench(
    sizes: Sequence[int], variants: Sequence[str], *, seed: int, repeat: int, progress: Progress
) -> list[Measured]:
    """One entry for each variant and size, variants first."""
    unknown = [each for each in variants if each not in VARIANTS]
    if unknown:
        raise UsageError(f"unknown fault {unknown[0]!r}: choose from {', '.join(VARIANTS)}")
    if not sizes or min(sizes) < SMALLEST:
        raise UsageError(f"a cluster has at least {SMALLEST} pods: give --pods larger numbers")
    return list(_measured(sorted(set(sizes)), variants, seed, repeat, progress))


def _measured(
    sizes: Sequence[int], variants: Sequence[str], seed: int, repeat: int, progress: Progress
) -> Iterator[Measured]:
    for fault in variants:
        for pods in sizes:
            progress(f"{pods} pods, {fault}")
            with tempfile.TemporaryDirectory(prefix="midwatch-bench-") as name:
                yield _measure(Path(name), pods, seed, fault, repeat)


def _measure(folder: Path, pods: int, seed: int, fault: str, repeat: int) -> Measured:
    about = _step(About, "make", folder, str(pods), str(seed), fault)
    decoding = [_step(Decoding, "decoding", folder) for _ in range(repeat)]
    phases = [_step(Phases, "phases", folder) for _ in range(repeat)]
    whole = [_step(Whole, "whole", folder) for _ in range(repeat)]
    return Measured(
        about.pods,
        fault,
        about.objects,
        about.bytes,
        phases[0].findings,
        round(min(each.seconds for each in decoding), 6),
        {name: round(min(each.seconds[name] for each in phases), 6) for name in PHASES},
        seconds=round(min(each.seconds for each in whole), 6),
        elapsed=round(min(each.elapsed for each in whole), 6),
        peak=min(each.peak for each in whole),
        answer=whole[0].answer,
        right=all(each.right for each in whole),
    )


def _step(kind: type[T], step: str, folder: Path, *arguments: str) -> T:
    command = [sys.executable, "-m", "midwatch.evals.bench", step, str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # our own module, no shell
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise Failed(f"`{' '.join(command[1:])}` ended with {done.returncode}: {last}")
    return msgspec.json.decode(done.stdout, type=kind)
