"""When a cluster has come to rest: nothing of note changed for some time."""

from __future__ import annotations

from midwatch.lab.core.env import Env
from midwatch.lab.core.store import Change

_RESTLESS = frozenset({"Event", "Lease", "Node", "HorizontalPodAutoscaler"})
HOP = 5.0
"""Seconds that may pass at a time while one waits for rest."""


class Stillness:
    """Watches a cluster from now on: `over` once nothing changed for `quiet` seconds, or after `limit` seconds."""

    def __init__(self, env: Env, limit: float, quiet: float) -> None:
        self._clock = env.clock
        self._begun = self._last = env.clock.now
        self._limit = limit
        self._quiet = quiet
        self.stop = env.store.watch(self._note)

    def _note(self, change: Change) -> None:
        if change.kind.kind not in _RESTLESS:
            self._last = self._clock.now

    @property
    def over(self) -> bool:
        """Whether the waiting has an end."""
        now = self._clock.now
        return now - self._last >= self._quiet or now - self._begun >= self._limit

    @property
    def took(self) -> float:
        """Seconds from the beginning to the last change."""
        return self._last - self._begun
