"""All measurements, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec

from midwatch.errors import MidwatchError, UsageError
from midwatch.evals.lab_bench.results import LabBench, Large, Started

SMALLEST = 100
T = TypeVar("T")


class Failed(MidwatchError):
    """A measuring process ended with an error."""


def run_lab_bench(sizes: Sequence[int], progress: Callable[[str], None]) -> LabBench:
    """The start, and a large cluster of each size. Raises `UsageError` and `Failed`."""
    if not sizes or min(sizes) < SMALLEST:
        raise UsageError(f"the lab is measured with {SMALLEST} pods at least: give --pods larger numbers")
    progress("start")
    started = _step(Started, "start")
    large: list[Large] = []
    for each in sorted(set(sizes)):
        progress(f"{each} pods")
        large.append(_step(Large, "large", str(each)))
    return LabBench(started, tuple(large))


def _step(result: type[T], *arguments: str) -> T:
    command = [sys.executable, "-m", "midwatch.evals.lab_bench", *arguments]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603  # our own module, no shell
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise Failed(f"measuring {' '.join(arguments)!r} ended with code {done.returncode}: {last}")
    return msgspec.json.decode(done.stdout, type=result)
