"""The scheduling queue: active, backing off, or unschedulable until something changes.

Source: kubernetes/pkg/scheduler/backend/queue/{scheduling_queue,backoff_queue}.go.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from midwatch.lab.core.clock import Clock

INITIAL_BACKOFF, MAX_BACKOFF = 1.0, 10.0  # podInitialBackoffSeconds, podMaxBackoffSeconds
_STALE, _FLUSH = 300.0, 30.0  # DefaultPodMaxInUnschedulablePodsDuration, flushUnschedulablePodsLeftover


@dataclass(eq=False)
class Entry:
    """One pod that waits. `plugins` rejected it last; `attempts` were made in vain."""

    uid: str
    namespace: str
    name: str
    priority: int
    since: float
    attempts: int = 0
    failed: float = 0.0
    plugins: frozenset[str] = field(default_factory=frozenset[str])

    @property
    def backoff(self) -> float:
        """Seconds that it must wait after its last failure."""
        return min(INITIAL_BACKOFF * 2 ** min(max(self.attempts - 1, 0), 10), MAX_BACKOFF)


class SchedulingQueue:
    """Pods by UID; `wake` is called when one becomes active."""

    def __init__(self, clock: Clock, wake: Callable[[], None]) -> None:
        self._clock = clock
        self._wake = wake
        self._order = count()
        self._active: list[tuple[int, float, int, Entry]] = []
        self._entries: dict[str, Entry] = {}
        self._unschedulable: dict[str, Entry] = {}
        clock.every(_FLUSH, self._flush)

    def __bool__(self) -> bool:
        return bool(self._active)

    def __contains__(self, uid: object) -> bool:
        return uid in self._entries

    def add(self, entry: Entry) -> None:
        """A new pod."""
        if entry.uid not in self._entries:
            self._entries[entry.uid] = entry
            self._activate(entry)

    def remove(self, uid: str) -> None:
        """It is gone, or placed."""
        self._entries.pop(uid, None)
        self._unschedulable.pop(uid, None)

    def pop(self) -> Entry | None:
        """The next pod: highest priority first, then the longest waiting."""
        while self._active:
            entry = heapq.heappop(self._active)[3]
            if self._entries.get(entry.uid) is entry:
                entry.attempts += 1
                return entry
        return None

    def fail(self, entry: Entry, plugins: frozenset[str]) -> None:
        """It could not be placed: wait for a change that matters to these plugins (none: for the back-off)."""
        if self._entries.get(entry.uid) is not entry:
            return
        entry.failed, entry.plugins = self._clock.now, plugins
        if plugins:
            self._unschedulable[entry.uid] = entry
        else:
            self._back_off(entry)

    def move(self, plugins: frozenset[str]) -> None:
        """Something changed that may help pods which one of these plugins rejected."""
        moved = [each for each in self._unschedulable.values() if not plugins.isdisjoint(each.plugins)]
        for each in moved:
            self.activate(each.uid)

    def activate(self, uid: str) -> None:
        """Something changed that may help this pod."""
        entry = self._unschedulable.pop(uid, None)
        if entry is not None:
            self._back_off(entry)

    def _back_off(self, entry: Entry) -> None:
        left = entry.failed + entry.backoff - self._clock.now
        if left <= 0:
            self._activate(entry)
        else:
            self._clock.after(left, lambda: self._expired(entry))

    def _expired(self, entry: Entry) -> None:
        if self._entries.get(entry.uid) is entry:
            self._activate(entry)

    def _activate(self, entry: Entry) -> None:
        heapq.heappush(self._active, (-entry.priority, entry.since, next(self._order), entry))
        self._wake()

    def _flush(self) -> None:
        oldest = self._clock.now - _STALE
        for uid in [each.uid for each in self._unschedulable.values() if each.failed < oldest]:
            self.activate(uid)
