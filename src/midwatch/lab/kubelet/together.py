"""Several routines at the same time."""

from __future__ import annotations

import heapq
from collections.abc import Generator, Iterable


def together(routines: Iterable[Generator[float, None, None]]) -> Generator[float, None, None]:
    """Run routines, each of which yields the seconds it waits, side by side until all are done."""
    due = [(0.0, number, routine) for number, routine in enumerate(routines)]
    passed = 0.0
    while due:
        when, number, routine = heapq.heappop(due)
        if when > passed:
            yield when - passed
            passed = when
        try:
            pause = next(routine)
        except StopIteration:
            continue
        heapq.heappush(due, (passed + pause, number, routine))
