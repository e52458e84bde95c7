"""ReplicaSets: as many pods as wanted, and a status that says how many there are.

Source: kubernetes/pkg/controller/replicaset/replica_set.go, replica_set_utils.go.
"""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.lab.controllers.workloads.replicaset.status import replica_status
from midwatch.lab.controllers.workloads.shared.batches import slow_start
from midwatch.lab.controllers.workloads.shared.claims import claim
from midwatch.lab.controllers.workloads.shared.context import Context
from midwatch.lab.controllers.workloads.shared.creation import (
    create_pod,
    delete_pod,
    is_namespace_ending,
    pod_from,
)
from midwatch.lab.controllers.workloads.shared.desk import Desk, Key, key_of
from midwatch.lab.controllers.workloads.shared.ranking import Ranking
from midwatch.lab.controllers.workloads.shared.watching import wake_for
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import REPLICA_SET
from midwatch.lab.core.objects import Obj, controller_of, is_deleted, spec, uid_of
from midwatch.lab.core.queue import LATENCY

_BURST = 500
"""Most pods created or deleted in one go (BurstReplicas)."""
_LOOK = 2e-5
"""Seconds that a look takes for each pod."""


class ReplicaSets:
    """The controller of ReplicaSets."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._desk = Desk(context.env, "replicaset-controller")
        self._queue = self._desk.queue(self._sync)
        self._odd: set[str] = set()
        self._ranking = Ranking()
        self._sizes: dict[Key, int] = {}
        wake_for(self._desk, REPLICA_SET, self._wake, context.pods)

    def _wake(self, key: Key) -> None:
        """The more pods it has, the longer a look takes, and the fewer there are."""
        self._queue.add(key, LATENCY + self._sizes.get(key, 0) * _LOOK)

    def _sync(self, key: Key) -> None:
        found = self._desk.store.get(REPLICA_SET, *key)
        if found is None:
            self._sizes.pop(key, None)
            return
        if uid_of(found) in self._context.pods.relabelled:
            self._odd.add(uid_of(found))
        claim(self._desk, found, self._context.pods)
        difference = len(self._context.tallies.of(uid_of(found)).active) - replicas_of(found)
        error = None if is_deleted(found) else self._manage(found, difference)
        if error is not None and is_namespace_ending(error):
            error = None
        self._write(key, difference, error)
        if error is not None:
            raise error

    def _manage(self, found: Obj, difference: int) -> ApiError | None:
        if difference < 0:
            pod = pod_from(found, spec(found).get("template") or {})
            return slow_start(min(-difference, _BURST), lambda _: void(create_pod(self._desk, found, pod)))
        if difference > 0:
            return self._shrink(found, min(difference, _BURST))
        return None

    def _shrink(self, found: Obj, count: int) -> ApiError | None:
        pods = list(self._context.tallies.of(uid_of(found)).active.values())
        if count < len(pods):
            pods = self._ranking.first(pods, count, self._related(found), self._desk.clock.now)
        else:
            self._ranking.forget(pods)
        failed: ApiError | None = None
        for each in pods:
            try:
                delete_pod(self._desk, found, each)
            except ApiError as error:
                failed = failed or error
        return failed

    def _related(self, found: Obj) -> Iterator[Obj]:
        """The active pods of all ReplicaSets of the same Deployment."""
        owner = controller_of(found)
        siblings = self._context.replica_sets.of(owner["uid"]) if owner is not None else [found]
        for each in siblings:
            yield from self._context.tallies.of(uid_of(each)).active.values()

    def _write(self, key: Key, difference: int, error: ApiError | None) -> None:
        found = self._desk.store.get(REPLICA_SET, *key)
        if found is None:
            return
        now = self._desk.clock.now
        tally = self._context.tallies.of(uid_of(found))
        self._sizes[key] = len(tally.active)
        odd = uid_of(found) in self._odd or uid_of(found) in self._context.pods.relabelled
        wanted = replica_status(found, tally, difference, error, now, odd=odd)
        self._desk.registry.update_status(REPLICA_SET, {**found, "status": wanted})
        min_ready = int(spec(found).get("minReadySeconds") or 0)
        if min_ready and (wait := tally.next_available(min_ready, now)) is not None:
            self._queue.add(key_of(found), wait + 0.001)


def replicas_of(found: Obj) -> int:
    """How many replicas are wanted; one unless it says otherwise."""
    wanted: int | None = spec(found).get("replicas")
    return 1 if wanted is None else wanted


def void(_: Obj) -> None:
    """Drop a result."""
