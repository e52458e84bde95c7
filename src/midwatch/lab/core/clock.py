"""Time in the lab: a queue of what happens when, run as fast as the machine can, or in step with real time."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from random import Random


class Timer:
    """Something that will happen; `cancel` makes it not."""

    __slots__ = ("call", "when")

    def __init__(self, when: float, call: Callable[[], None] | None) -> None:
        self.when = when
        self.call = call

    def cancel(self) -> None:
        """Never mind."""
        self.call = None


class Clock:
    """A discrete-event clock. `now` is in seconds since the epoch; everything happens on one thread, in order."""

    def __init__(self, start: float, seed: int = 0) -> None:
        self.now = start
        self.start = start
        self.seed = seed
        self._queue: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()

    def random(self, stream: str) -> Random:
        """A stream of random numbers of its own, the same for the same seed and name."""
        return Random(f"{self.seed}/{stream}")

    def at(self, when: float, call: Callable[[], None]) -> Timer:
        """Call at a time; in the past means as soon as possible."""
        timer = Timer(max(when, self.now), call)
        heapq.heappush(self._queue, (timer.when, next(self._order), timer))
        return timer

    def after(self, delay: float, call: Callable[[], None]) -> Timer:
        """Call after some seconds."""
        return self.at(self.now + delay, call)

    def every(self, period: float, call: Callable[[], None], *, first: float | None = None) -> None:
        """Call again and again; `first` is the delay before the first time (default: one period)."""

        def again() -> None:
            self.after(period, again)
            call()

        self.after(period if first is None else first, again)

    def next_at(self) -> float | None:
        """When the next thing happens."""
        while self._queue and self._queue[0][2].call is None:
            heapq.heappop(self._queue)
        return self._queue[0][0] if self._queue else None

    def step(self) -> bool:
        """Let the next thing happen; False when nothing is left."""
        while self._queue:
            when, _, timer = heapq.heappop(self._queue)
            if timer.call is None:
                continue
            self.now = max(self.now, when)
            call, timer.call = timer.call, None
            call()
            return True
        return False

    def run_until(self, end: float) -> None:
        """Let everything happen up to a time, and stand there."""
        while (when := self.next_at()) is not None and when <= end:
            self.step()
        self.now = max(self.now, end)

    def run(self, duration: float) -> None:
        """Let some seconds pass."""
        self.run_until(self.now + duration)
