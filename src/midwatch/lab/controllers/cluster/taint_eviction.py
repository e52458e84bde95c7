"""Evicts the pods that do not tolerate a NoExecute taint of their node, at once or when their time is up.

Source: kubernetes/pkg/controller/tainteviction/taint_eviction.go.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from midwatch.domain.kube.cluster import Taint
from midwatch.domain.kube.pods import Toleration
from midwatch.domain.kube.selectors import tolerates
from midwatch.lab.controllers.cluster.disruption_target import with_disruption_target
from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import NODE, POD
from midwatch.lab.core.objects import Obj, is_deleted, name_of, namespace_of, parts, spec, uid_of
from midwatch.lab.core.queue import WorkQueue
from midwatch.lab.core.registry import controller_user
from midwatch.lab.core.store import Change

COMPONENT = "kube-controller-manager"
_SOURCE = "taint-eviction-controller"
_USER = controller_user("taint-eviction-controller")


class TaintEviction:
    """Deletes pods whose time on a tainted node is up."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self._due: dict[str, float] = {}
        self._work = WorkQueue[tuple[str, str]](env.clock, env.components, COMPONENT, "taint eviction", self._sync)
        for each in env.store.list(NODE):
            if _evicting(each):
                self._enqueue(name_of(each))
        env.store.watch(self._observe_node, NODE)
        env.store.watch(self._observe_pod, POD)

    def _observe_node(self, change: Change) -> None:
        before = _evicting(change.old) if change.old is not None else ()
        if change.type != "DELETED" and before != _evicting(change.new):
            self._enqueue(name_of(change.new))

    def _observe_pod(self, change: Change) -> None:
        if change.type == "DELETED":
            self._due.pop(uid_of(change.new), None)
            return
        name = spec(change.new).get("nodeName")
        if not name or (change.old is not None and spec(change.old).get("nodeName")):
            return
        node = self._env.store.get(NODE, "", name)
        if node is not None and _evicting(node):
            self._work.add((namespace_of(change.new), name_of(change.new)))

    def _enqueue(self, node: str) -> None:
        for pod in self._env.store.pods_on(node):
            self._work.add((namespace_of(pod), name_of(pod)))

    def _sync(self, key: tuple[str, str]) -> None:
        pod = self._env.store.get(POD, *key)
        if pod is None or is_deleted(pod):
            return
        node = self._env.store.get(NODE, "", spec(pod).get("nodeName") or "")
        wait = _wait(pod, _evicting(node) if node is not None else ())
        uid, now = uid_of(pod), self._env.clock.now
        if wait is None:
            if self._due.pop(uid, None) is not None:
                message = f"Cancelling deletion of Pod {key[0]}/{key[1]}"
                self._event(pod, message)
            return
        due = self._due.setdefault(uid, now + wait)
        if due > now:
            self._work.add(key, due - now)
            return
        self._evict(pod)

    def _evict(self, pod: Obj) -> None:
        self._event(pod, f"Marking for deletion Pod {namespace_of(pod)}/{name_of(pod)}")
        marked = with_disruption_target(
            pod, "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint", self._env.clock.now
        )
        self._env.registry.update_status(POD, marked)
        self._env.registry.delete(POD, namespace_of(pod), name_of(pod), user=_USER)

    def _event(self, pod: Obj, message: str) -> None:
        self._env.recorder.event(pod, "Normal", "TaintManagerEviction", message, component=_SOURCE)


def _evicting(node: Obj) -> tuple[Taint, ...]:
    """The NoExecute taints of a node."""
    found = [msgspec.convert(each, Taint) for each in parts(spec(node), "taints")]
    return tuple(each for each in found if each.effect == "NoExecute")


def _wait(pod: Obj, taints: Sequence[Taint]) -> float | None:
    """Seconds that a pod may stay; None for ever."""
    if not taints:
        return None
    tolerations = [msgspec.convert(each, Toleration) for each in parts(spec(pod), "tolerations")]
    used: list[Toleration] = []
    for taint in taints:
        found = next((each for each in tolerations if tolerates(each, taint)), None)
        if found is None:
            return 0.0
        used.append(found)
    limits = [max(each.toleration_seconds, 0) for each in used if each.toleration_seconds is not None]
    return float(min(limits)) if limits else None
