"""DaemonSets: one pod on each node that suits them.

Source: kubernetes/pkg/controller/daemon/daemon_controller.go.
"""

from __future__ import annotations

from midwatch.lab.controllers.workloads.daemonset.failures import Failures
from midwatch.lab.controllers.workloads.daemonset.placement import (
    REVISION,
    Place,
    daemon_pod,
    place_of,
    should_run,
    target_of,
    wish_of,
)
from midwatch.lab.controllers.workloads.daemonset.rolling import next_step
from midwatch.lab.controllers.workloads.daemonset.status import daemon_status
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
from midwatch.lab.controllers.workloads.shared.history import current_revision, forget
from midwatch.lab.controllers.workloads.shared.pods import is_ready, is_terminal, ready_since
from midwatch.lab.controllers.workloads.shared.selectors import is_empty, selector_of
from midwatch.lab.controllers.workloads.shared.watching import wake_for
from midwatch.lab.core.kinds import DAEMON_SET, NODE
from midwatch.lab.core.objects import Obj, created_at, is_deleted, labels_of, name_of, part, spec, status, uid_of
from midwatch.lab.core.store import Change

_BURST = 250


class DaemonSets:
    """The controller of DaemonSets."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._desk = Desk(context.env, "daemon-set-controller", "daemonset-controller")
        self._queue = self._desk.queue(self._sync)
        self._failures = Failures(self._desk, self._queue)
        self._places: dict[str, Place] = {name_of(each): place_of(each) for each in context.env.store.list(NODE)}
        wake_for(self._desk, DAEMON_SET, self._queue.add, context.pods)
        context.revisions.route(DAEMON_SET, self._queue.add)
        context.env.store.watch(self._node_changed, NODE)

    def _node_changed(self, change: Change) -> None:
        """Only what placement reads of a node wakes DaemonSets: heartbeats do not."""
        new, old = change.new, change.old
        if change.type == "DELETED":
            self._places.pop(name_of(new), None)
        elif old is None or labels_of(old) != labels_of(new) or spec(old) != spec(new):
            self._places[name_of(new)] = place_of(new)
        else:
            return
        for each in self._desk.store.list(DAEMON_SET):
            self._queue.add(key_of(each))

    def _sync(self, key: Key) -> None:
        found = self._desk.store.get(DAEMON_SET, *key)
        if found is None:
            return
        if is_empty(selector_of(found)):
            text = "This daemon set is selecting all pods. A non-empty selector is required."
            self._desk.warn(found, "SelectingAll", text)
            return
        if is_deleted(found):
            return
        claim(self._desk, found, self._context.revisions)
        claim(self._desk, found, self._context.pods)
        known = self._context.revisions.of(uid_of(found))
        current, collisions = current_revision(self._desk, found, known, REVISION)
        if collisions != int(status(found).get("collisionCount") or 0):
            found = {**found, "status": {**status(found), "collisionCount": collisions}}
        digest = labels_of(current)[REVISION]
        wanted = self._wanted(found)
        try:
            self._manage(found, wanted, digest)
        finally:
            self._write(key, found, wanted, digest)
        self._truncate(found, known, name_of(current))

    def _wanted(self, found: Obj) -> dict[str, tuple[bool, bool]]:
        wish = wish_of(found)
        return {node: should_run(wish, place) for node, place in self._places.items()}

    def _by_node(self, found: Obj) -> dict[str, list[Obj]]:
        placed: dict[str, list[Obj]] = {}
        for each in self._context.pods.of(uid_of(found)):
            if node := target_of(each):
                placed.setdefault(node, []).append(each)
        return placed

    def _manage(self, found: Obj, wanted: dict[str, tuple[bool, bool]], digest: str) -> None:
        """Put pods where they are missing, take them from where they should not be; else go on with an update."""
        placed = self._by_node(found)
        create = [node for node, (run, _) in wanted.items() if run and node not in placed]
        delete = [each for node, pods in placed.items() for each in self._surplus(found, node, pods, wanted)]
        if not create and not delete and self._rolls(found):
            desired = sum(run for run, _ in wanted.values())
            step = next_step(found, placed, desired, digest, self._desk.clock.now)
            create, delete = step.create, step.delete
        self._apply(found, create, delete, digest)

    def _surplus(self, found: Obj, node: str, pods: list[Obj], wanted: dict[str, tuple[bool, bool]]) -> list[Obj]:
        """Pods that have to go from a node. Source: podsShouldBeOnNode."""
        if node not in wanted:
            return [each for each in pods if not spec(each).get("nodeName") and not is_deleted(each)]
        living = [each for each in pods if not is_deleted(each)]
        if not wanted[node][1]:
            return living
        gone = [each for each in living if is_terminal(each) and self._failures.may_replace(found, each, node)]
        running = [each for each in living if not is_terminal(each)]
        if self._surges(found):
            return gone
        running.sort(key=lambda each: (not spec(each).get("nodeName"), created_at(each), name_of(each)))
        return [*gone, *running[1:]]

    def _apply(self, found: Obj, create: list[str], delete: list[Obj], digest: str) -> None:
        """Source: syncNodes."""
        pod = pod_from(found, spec(found).get("template") or {})

        def attempt(index: int) -> None:
            create_pod(self._desk, found, daemon_pod(found, pod, create[index], digest))

        error = slow_start(min(len(create), _BURST), attempt)
        for each in delete[:_BURST]:
            delete_pod(self._desk, found, each)
        if error is not None and not is_namespace_ending(error):
            raise error

    def _rolls(self, found: Obj) -> bool:
        strategy: Obj = spec(found).get("updateStrategy") or {}
        return strategy.get("type", "RollingUpdate") == "RollingUpdate"

    def _surges(self, found: Obj) -> bool:
        return part(spec(found), "updateStrategy", "rollingUpdate").get("maxSurge") not in (None, 0, "0", "0%")

    def _write(self, key: Key, found: Obj, wanted: dict[str, tuple[bool, bool]], digest: str) -> None:
        if self._desk.store.get(DAEMON_SET, *key) is None:
            return
        placed, now = self._by_node(found), self._desk.clock.now
        body = daemon_status(found, {node: run for node, (run, _) in wanted.items()}, placed, digest, now)
        self._desk.registry.update_status(DAEMON_SET, {**found, "status": body})
        wait = int(spec(found).get("minReadySeconds") or 0)
        if wait and body.get("numberAvailable", 0) < body["numberReady"]:
            self._queue.add(key, self._soonest(placed, wait, now))

    def _soonest(self, placed: dict[str, list[Obj]], wait: int, now: float) -> float:
        ready = [ready_since(each) or 0.0 for pods in placed.values() for each in pods if is_ready(each)]
        return min((since + wait - now for since in ready if since + wait > now), default=float(wait)) + 0.001

    def _truncate(self, found: Obj, known: list[Obj], current: str) -> None:
        if not known:
            return
        limit: int | None = spec(found).get("revisionHistoryLimit", 10)
        live = {labels_of(each).get(REVISION) for each in self._context.pods.of(uid_of(found))}
        kept = {name_of(each) for each in known if labels_of(each).get(REVISION) in live}
        forget(self._desk, known, kept | {current}, 10 if limit is None else limit)
