"""StatefulSets: pods with names of their own, one after the other.

Source: kubernetes/pkg/controller/statefulset/stateful_set.go, stateful_set_control.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.lab.controllers.workloads.shared.claims import claim
from midwatch.lab.controllers.workloads.shared.context import Context
from midwatch.lab.controllers.workloads.shared.desk import Desk, Key
from midwatch.lab.controllers.workloads.shared.history import current_revision, forget
from midwatch.lab.controllers.workloads.shared.watching import wake_for
from midwatch.lab.controllers.workloads.statefulset.identity import claims, ordinal, replicas, revision_of, start
from midwatch.lab.controllers.workloads.statefulset.pods import PodControl
from midwatch.lab.controllers.workloads.statefulset.retention import owned
from midwatch.lab.controllers.workloads.statefulset.status import stateful_status
from midwatch.lab.controllers.workloads.statefulset.update import act, look
from midwatch.lab.core.kinds import PVC, STATEFUL_SET
from midwatch.lab.core.objects import Obj, is_deleted, name_of, namespace_of, spec, status, uid_of

_LABEL = "controller.kubernetes.io/hash"


class StatefulSets:
    """The controller of StatefulSets."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._desk = Desk(context.env, "statefulset-controller")
        self._control = PodControl(self._desk)
        self._queue = self._desk.queue(self._sync)
        wake_for(self._desk, STATEFUL_SET, self._queue.add, context.pods)
        context.revisions.route(STATEFUL_SET, self._queue.add)

    def _sync(self, key: Key) -> None:
        found = self._desk.store.get(STATEFUL_SET, *key)
        if found is None:
            return
        claim(self._desk, found, self._context.revisions)
        claim(self._desk, found, self._context.pods)
        known = self._context.revisions.of(uid_of(found))
        update, collisions = current_revision(self._desk, found, known, _LABEL)
        name = status(found).get("currentRevision")
        current = next((each for each in known if name_of(each) == name), update)
        seen = look(found, current, update, self._context.pods.of(uid_of(found)), self._desk.clock.now)
        try:
            act(seen, self._control)
            self._retain(found)
        finally:
            self._write(found, name_of(current), name_of(update), collisions)
        self._truncate(found, known, {name_of(current), name_of(update)})

    def _write(self, found: Obj, current: str, update: str, collisions: int) -> None:
        pods = self._context.pods.of(uid_of(found))
        wanted = stateful_status(found, pods, current, update, collisions, self._desk.clock.now)
        if conditions := status(found).get("conditions"):
            wanted["conditions"] = conditions
        self._desk.registry.update_status(STATEFUL_SET, {**found, "status": wanted})
        wait = int(spec(found).get("minReadySeconds") or 0)
        if wait and wanted["availableReplicas"] < wanted.get("readyReplicas", 0):
            self._queue.add((namespace_of(found), name_of(found)), wait)

    def _truncate(self, found: Obj, known: Sequence[Obj], live: set[str]) -> None:
        if not known:
            return
        limit: int | None = spec(found).get("revisionHistoryLimit", 10)
        in_use = {revision_of(each) for each in self._context.pods.of(uid_of(found))}
        forget(self._desk, known, live | in_use, 10 if limit is None else limit)

    def _retain(self, found: Obj) -> None:
        """Give claims the owners that the retention policy wants."""
        if is_deleted(found) or not spec(found).get("volumeClaimTemplates"):
            return
        first, count = start(found), replicas(found)
        for pod in self._context.pods.of(uid_of(found)):
            index = ordinal(found, pod)
            condemned = None if first <= index < first + count else pod
            for _, each in claims(found, index):
                known = self._desk.store.get(PVC, namespace_of(each), name_of(each))
                if known is not None and (wanted := owned(known, found, condemned)) != known:
                    self._desk.registry.update(PVC, wanted, user=self._desk.user)
