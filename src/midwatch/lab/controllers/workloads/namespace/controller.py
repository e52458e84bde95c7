"""Namespaces that are being deleted: empty them, say what is in the way, and let them go.

Source: kubernetes/pkg/controller/namespace/namespace_controller.go, deletion/namespaced_resources_deleter.go.
"""

from __future__ import annotations

from midwatch.lab.controllers.workloads.namespace.conditions import Findings, updated
from midwatch.lab.controllers.workloads.namespace.content import empty
from midwatch.lab.controllers.workloads.shared.desk import Desk, Key
from midwatch.lab.core.env import Env
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import NAMESPACE
from midwatch.lab.core.objects import Obj, is_deleted, name_of, spec, status, with_spec
from midwatch.lab.core.store import Change

_GRACE = 5.0
_MOST = 60.0
_FINALIZER = "kubernetes"


class Namespaces:
    """The namespace controller."""

    def __init__(self, env: Env) -> None:
        self._desk = Desk(env, "namespace-controller")
        self._queue = self._desk.queue(self._sync, most=_MOST)
        for each in env.store.list(NAMESPACE):
            self._note(each)
        env.store.watch(self._changed, NAMESPACE)

    def _changed(self, change: Change) -> None:
        if change.type != "DELETED" and not is_deleted(change.old or {}):
            self._note(change.new)

    def _note(self, found: Obj) -> None:
        if is_deleted(found):
            self._queue.add(("", name_of(found)), _GRACE)

    def _sync(self, key: Key) -> None:
        found = self._desk.store.get(NAMESPACE, *key)
        if found is None or not is_deleted(found):
            return
        if _FINALIZER not in (spec(found).get("finalizers") or ()):
            self._finalize(found)
            return
        findings = Findings()
        estimate = empty(self._desk, found, findings)
        self._write(found, findings)
        if findings.failures or findings.discovery:
            raise ApiError(500, "InternalError", "; ".join([*findings.failures, *findings.discovery]))
        if estimate:
            self._queue.add(key, estimate // 2 + 1)
        elif not findings.remaining:
            self._finalize(self._desk.store.demand(NAMESPACE, *key))

    def _write(self, found: Obj, findings: Findings) -> None:
        conditions = updated(status(found).get("conditions") or (), findings, self._desk.clock.now)
        body = {**status(found), "phase": "Terminating", "conditions": conditions}
        self._desk.registry.update_status(NAMESPACE, {**found, "status": body})

    def _finalize(self, found: Obj) -> None:
        """Take the controller's own finalizer off; the namespace goes when no other is left."""
        rest = [each for each in spec(found).get("finalizers") or () if each != _FINALIZER]
        self._desk.registry.update(NAMESPACE, with_spec(found, finalizers=rest or None), user=self._desk.user)
