"""How long to wait before the next attempt. Source: k8s.io/client-go/util/flowcontrol/backoff.go."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Backoff:
    """Doubles from `first` to `most` seconds; forgets when nothing failed for twice `most`."""

    first: float
    most: float
    delay: float = 0.0
    updated: float = 0.0

    def waits(self, event: float, now: float) -> bool:
        """Whether an attempt must still wait, counted from the event that failed."""
        if not self.delay or event - self.updated > self.most * 2:
            return False
        return now - event < self.delay

    def next(self, event: float, now: float) -> None:
        """Another attempt begins after an event that failed: the one after it waits longer."""
        expired = not self.delay or event - self.updated > self.most * 2
        self.delay = self.first if expired else min(self.delay * 2, self.most)
        self.updated = now
