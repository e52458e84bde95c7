"""Run the cases of a suite, one after the other or in several processes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
Progress = Callable[[int, int], None]
"""Told how many of how many are done."""


def silent(done: int, total: int) -> None:
    """Nobody watches."""


def run_all(
    run: Callable[[Item], Result], items: Sequence[Item], jobs: int, progress: Progress = silent
) -> list[Result]:
    """Results in the order of the items."""
    if jobs <= 1:
        return list(_told(map(run, items), len(items), progress))
    with ProcessPoolExecutor(jobs) as pool:
        chunk = max(1, len(items) // (jobs * 8))
        return list(_told(pool.map(run, items, chunksize=chunk), len(items), progress))


def _told(results: Iterable[Result], total: int, progress: Progress) -> Iterable[Result]:
    for done, each in enumerate(results, 1):
        progress(done, total)
        yield each
