"""How long a Job waits after failed pods before it makes another: 10 s, 20 s, ... up to ten minutes.

Source: kubernetes/pkg/controller/job/backoff_utils.go, job_controller.go (DefaultJobPodFailureBackOff).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from midwatch.lab.controllers.workloads.job.reading import ended_at
from midwatch.lab.core.objects import Obj

_BASE, _MOST = 10.0, 600.0


class Record(NamedTuple):
    """Failures since the last success, and when the last one was."""

    failures: int = 0
    last: float = 0.0

    def after(self, succeeded: Iterable[Obj], failed: Iterable[Obj]) -> Record:
        """The record with pods that ended since."""
        ends = sorted(map(ended_at, failed))
        success = max(map(ended_at, succeeded), default=None)
        if success is None:
            return Record(self.failures + len(ends), ends[-1]) if ends else self
        later = [each for each in ends if each > success]
        return Record(len(later), later[-1]) if later else Record()

    def remaining(self, now: float) -> float:
        """Seconds until the next pod may be made."""
        if not self.failures:
            return 0.0
        wait = min(_BASE * 2 ** min(self.failures - 1, 20), _MOST)
        return max(self.last + wait - now, 0.0)
