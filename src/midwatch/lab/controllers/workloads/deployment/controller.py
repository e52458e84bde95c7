"""Deployments: which of the strategies applies now, and the status afterwards.

Source: kubernetes/pkg/controller/deployment/deployment_controller.go (syncDeployment), recreate.go, rolling.go.
"""

from __future__ import annotations

from midwatch.lab.controllers.workloads.deployment.conditions import PROGRESSING, put, updated_at
from midwatch.lab.controllers.workloads.deployment.reading import (
    DESIRED,
    actual,
    deadline,
    replicas,
    rolls,
    total,
)
from midwatch.lab.controllers.workloads.deployment.rollout import Rollout, Sets
from midwatch.lab.controllers.workloads.deployment.scaling import new_size, scaled, shrunk
from midwatch.lab.controllers.workloads.deployment.status import deployment_status, is_complete, rollout_status
from midwatch.lab.controllers.workloads.shared.claims import claim
from midwatch.lab.controllers.workloads.shared.context import Context
from midwatch.lab.controllers.workloads.shared.desk import Desk, Key, key_of
from midwatch.lab.controllers.workloads.shared.pods import is_terminal
from midwatch.lab.controllers.workloads.shared.selectors import is_empty, selector_of
from midwatch.lab.controllers.workloads.shared.watching import wake_for
from midwatch.lab.core.kinds import DEPLOYMENT, POD, REPLICA_SET
from midwatch.lab.core.objects import (
    Obj,
    annotations_of,
    condition_of,
    controller_of,
    is_deleted,
    namespace_of,
    spec,
    status,
    uid_of,
)
from midwatch.lab.core.store import Change


class Deployments:
    """The controller of Deployments."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._desk = Desk(context.env, "deployment-controller")
        self._queue = self._desk.queue(self._sync)
        self._rollout = Rollout(context, self._desk)
        wake_for(self._desk, DEPLOYMENT, self._queue.add, context.replica_sets)
        context.env.store.watch(self._pod_gone, POD)

    def _pod_gone(self, change: Change) -> None:
        """A Deployment that recreates goes on when the last old pod is gone."""
        owner = controller_of(change.new) if change.type == "DELETED" else None
        if owner is None or owner["kind"] != "ReplicaSet":
            return
        space = namespace_of(change.new)
        replica_set = self._desk.store.get(REPLICA_SET, space, owner["name"])
        above = controller_of(replica_set) if replica_set is not None else None
        found = self._desk.store.get(DEPLOYMENT, space, above["name"]) if above is not None else None
        if found is not None and not rolls(found):
            self._queue.add(key_of(found))

    def _sync(self, key: Key) -> None:
        found = self._desk.store.get(DEPLOYMENT, *key)
        if found is None:
            return
        if is_empty(selector_of(found)):
            text = "This deployment is selecting all pods. A non-empty selector is required."
            self._desk.warn(found, "SelectingAll", text)
            return
        claim(self._desk, found, self._context.replica_sets)
        if is_deleted(found):
            self._write_plain(key)
            return
        self._note_pause(found)
        if spec(found).get("paused") or self._is_scaling(found):
            self._resize(key)
        elif rolls(found):
            self._roll(key)
        else:
            self._recreate(key)

    def _is_scaling(self, found: Obj) -> bool:
        """Whether it was scaled: its ReplicaSets remember another number."""
        wanted = str(replicas(found))
        known = (
            annotations_of(each).get(DESIRED)
            for each in self._context.replica_sets.of(uid_of(found))
            if replicas(each) > 0
        )
        return any(each is not None and each != wanted for each in known)

    def _resize(self, key: Key) -> None:
        sets = self._rollout.sets(key, create=False)
        self._scale(sets)
        if spec(sets.deployment).get("paused"):
            self._rollout.clean(self._rollout.sets(key, create=False))
        self._write_plain(key)

    def _scale(self, sets: Sets) -> None:
        """Source: sync.go (scale)."""
        found, new = sets.deployment, sets.new
        active = [each for each in sets.all if replicas(each) > 0]
        only = active[0] if len(active) == 1 else new or (sets.old[-1] if sets.old else None)
        if len(active) <= 1:
            if only is not None:
                self._rollout.scale(found, only, replicas(found))
        elif sets.saturated:
            for each in sets.old:
                self._rollout.scale(found, each, 0)
        elif rolls(found):
            for each, size in scaled(found, new, sets.old):
                self._rollout.scale(found, each, size, always=True)

    def _roll(self, key: Key) -> None:
        sets = self._rollout.sets(key, create=True)
        found, new = sets.deployment, sets.new
        if new is None:
            return
        size = replicas(new)
        wanted = replicas(found) if size > replicas(found) else new_size(found, sets.all, size)
        if not self._rollout.scale(found, new, wanted) and not self._shrink(found, sets):
            self._finish(key)
        self._write(key)

    def _shrink(self, found: Obj, sets: Sets) -> bool:
        done = False
        if sets.new is not None:
            for each, size in list(shrunk(found, sets.old, sets.new)):
                done = self._rollout.scale(found, each, size) or done
        return done

    def _recreate(self, key: Key) -> None:
        sets = self._rollout.sets(key, create=False)
        if total(sets.old) > 0:
            for each in sets.old:
                self._rollout.scale(sets.deployment, each, 0)
        elif not self._old_pods_run(sets):
            sets = self._rollout.sets(key, create=True)
            if sets.new is not None:
                self._rollout.scale(sets.deployment, sets.new, replicas(sets.deployment))
            self._finish(key)
        self._write(key)

    def _old_pods_run(self, sets: Sets) -> bool:
        if actual(sets.old) > 0:
            return True
        pods = self._context.pods
        return any(not is_terminal(pod) for each in sets.old for pod in pods.of(uid_of(each)))

    def _finish(self, key: Key) -> None:
        found = self._desk.store.get(DEPLOYMENT, *key)
        if found is not None and is_complete(found, status(found)):
            self._rollout.clean(self._rollout.sets(key, create=False))

    def _write_plain(self, key: Key) -> None:
        sets = self._rollout.seen(key)
        if sets is not None:
            wanted = deployment_status(sets.deployment, sets.all, sets.new, self._desk.clock.now)
            self._desk.registry.update_status(DEPLOYMENT, {**sets.deployment, "status": wanted})

    def _write(self, key: Key) -> None:
        sets = self._rollout.seen(key)
        if sets is None:
            return
        wanted = rollout_status(sets.deployment, sets.all, sets.new, self._desk.clock.now)
        self._desk.registry.update_status(DEPLOYMENT, {**sets.deployment, "status": wanted})
        self._look_again(key)

    def _look_again(self, key: Key) -> None:
        """A rollout that stands still must notice its deadline. Source: progress.go (requeueStuckDeployment)."""
        found = self._desk.store.get(DEPLOYMENT, *key)
        limit = deadline(found) if found is not None else None
        current = condition_of(found, PROGRESSING) if found is not None else None
        if found is None or limit is None or current is None or is_complete(found, status(found)):
            return
        if current.get("reason") != "ProgressDeadlineExceeded":
            self._queue.add(key, max(updated_at(current) + limit - self._desk.clock.now, 0) + 1)

    def _note_pause(self, found: Obj) -> None:
        """Source: sync.go (checkPausedConditions)."""
        current = condition_of(found, PROGRESSING)
        reason = current.get("reason") if current is not None else ""
        if deadline(found) is None or reason == "ProgressDeadlineExceeded":
            return
        paused = bool(spec(found).get("paused"))
        if paused == (reason == "DeploymentPaused"):
            return
        reason, text = ("DeploymentPaused", "is paused") if paused else ("DeploymentResumed", "is resumed")
        known: list[Obj] = list(status(found).get("conditions") or ())
        conditions = put(known, PROGRESSING, "Unknown", reason, f"Deployment {text}", self._desk.clock.now)
        changed = {**found, "status": {**status(found), "conditions": conditions}}
        self._desk.registry.update_status(DEPLOYMENT, changed)
