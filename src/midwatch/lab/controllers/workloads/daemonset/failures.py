"""Daemon pods that ended: replaced at once, then later and later.

Source: kubernetes/pkg/controller/daemon/daemon_controller.go (podsShouldBeOnNode, failedPodsBackoff).
"""

from __future__ import annotations

from midwatch.lab.controllers.workloads.shared.desk import Desk, Key, key_of
from midwatch.lab.controllers.workloads.shared.pods import phase_of
from midwatch.lab.core.objects import Obj, meta, name_of, namespace_of, uid_of
from midwatch.lab.core.queue import WorkQueue

_BASE, _MOST = 1.0, 15 * 60.0


class Failures:
    """When pods of each DaemonSet failed on each node."""

    def __init__(self, desk: Desk, queue: WorkQueue[Key]) -> None:
        self._desk = desk
        self._queue = queue
        self._known: dict[tuple[str, int, str], tuple[float, float]] = {}

    def may_replace(self, found: Obj, pod: Obj, node: str) -> bool:
        """Whether a pod that ended is replaced now, which is then said in an event."""
        where = f"{namespace_of(found)}/{name_of(pod)} on node {node}"
        if phase_of(pod) == "Succeeded":
            text = f"Found succeeded daemon pod {where}, will try to delete it"
            self._desk.normal(found, "SucceededDaemonPod", text)
            return True
        now = self._desk.clock.now
        key = (uid_of(found), meta(found).get("generation", 0), node)
        last, delay = self._known.get(key, (0.0, 0.0))
        if now - last > 2 * _MOST:
            delay = 0.0
        if now - last < delay:
            self._queue.add(key_of(found), last + delay - now + 0.001)
            return False
        self._known[key] = (now, min(delay * 2, _MOST) if delay else _BASE)
        text = f"Found failed daemon pod {where}, will try to kill it"
        self._desk.warn(found, "FailedDaemonPod", text)
        return True
