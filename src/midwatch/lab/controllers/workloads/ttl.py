"""Finished Jobs are deleted after their time to live.

Source: kubernetes/pkg/controller/ttlafterfinished/ttlafterfinished_controller.go.
"""

from __future__ import annotations

from midwatch.lab.controllers.workloads.job.reading import finished
from midwatch.lab.controllers.workloads.shared.context import Context
from midwatch.lab.controllers.workloads.shared.desk import Desk, Key
from midwatch.lab.controllers.workloads.shared.watching import wake_for
from midwatch.lab.core.kinds import JOB
from midwatch.lab.core.objects import is_deleted, seconds, spec


class FinishedJobs:
    """The controller of `ttlSecondsAfterFinished`."""

    def __init__(self, context: Context) -> None:
        self._desk = Desk(context.env, "ttl-after-finished-controller")
        self._queue = self._desk.queue(self._sync)
        wake_for(self._desk, JOB, self._queue.add)

    def _sync(self, key: Key) -> None:
        job = self._desk.store.get(JOB, *key)
        end = finished(job) if job is not None else None
        if job is None or end is None or is_deleted(job):
            return
        ttl: int | None = spec(job).get("ttlSecondsAfterFinished")
        if ttl is None:
            return
        left = seconds(end["lastTransitionTime"]) + ttl - self._desk.clock.now
        if left > 0:
            self._queue.add(key, left)
        else:
            self._desk.registry.delete(JOB, *key, user=self._desk.user, propagation="Foreground")
