"""Pods that no kubelet will ever clear away.

Source: kubernetes/pkg/controller/podgc/gc_controller.go.
"""

from __future__ import annotations

from midwatch.lab.controllers.workloads.shared.desk import MANAGER, Desk, Key, key_of
from midwatch.lab.controllers.workloads.shared.pods import is_terminal, phase_of
from midwatch.lab.core.env import Env
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import NODE, POD
from midwatch.lab.core.objects import (
    Obj,
    condition_of,
    is_deleted,
    meta,
    set_condition,
    spec,
    status,
    uid_of,
    with_status,
)
from midwatch.lab.core.store import Change

_PERIOD = 20.0
_QUARANTINE = 40.0
_THRESHOLD = 12_500
_OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"


class PodCollector:
    """Every 20 s: pods of nodes that are gone for 40 s, pods deleted before they had a node, pods of nodes out of
    service, and finished pods beyond 12,500.
    """

    def __init__(self, env: Env, threshold: int = _THRESHOLD) -> None:
        self._desk = Desk(env, "pod-garbage-collector")
        self._threshold = threshold
        self._nodes: dict[str, int] = {}
        self._missing: dict[str, float] = {}
        self._unplaced: dict[str, Key] = {}
        self._ended: dict[str, Key] = {}
        for each in env.store.list(POD):
            self._count(each, 1)
        env.store.watch(self._changed, POD)
        env.clock.every(_PERIOD, self._look)

    def _changed(self, change: Change) -> None:
        if change.old is not None:
            self._count(change.old, -1)
        if change.type != "DELETED":
            self._count(change.new, 1)

    def _count(self, pod: Obj, one: int) -> None:
        node = spec(pod).get("nodeName") or ""
        if node:
            self._nodes[node] = self._nodes.get(node, 0) + one
            if self._nodes[node] <= 0:
                del self._nodes[node]
        self._keep(self._unplaced, pod, one > 0 and not node and is_deleted(pod))
        self._keep(self._ended, pod, one > 0 and is_terminal(pod))

    def _keep(self, kept: dict[str, Key], pod: Obj, wanted: bool) -> None:
        if wanted:
            kept[uid_of(pod)] = key_of(pod)
        else:
            kept.pop(uid_of(pod), None)

    def _look(self) -> None:
        if not self._desk.env.components.running(MANAGER):
            return
        self._gone_nodes()
        self._out_of_service()
        for key in list(self._unplaced.values()):
            self._force(key)
        over = len(self._ended) - self._threshold
        if over > 0:
            self._oldest(over)

    def _gone_nodes(self) -> None:
        now = self._desk.clock.now
        gone = {each for each in self._nodes if self._desk.store.get(NODE, "", each) is None}
        self._missing = {each: self._missing.get(each, now) for each in sorted(gone)}
        for node, since in self._missing.items():
            if now - since >= _QUARANTINE:
                for pod in self._desk.store.pods_on(node):
                    self._force(key_of(pod), why="PodGC: node no longer exists")

    def _out_of_service(self) -> None:
        for node in self._desk.store.list(NODE):
            if any(each["key"] == _OUT_OF_SERVICE for each in spec(node).get("taints") or ()):
                for pod in self._desk.store.pods_on(meta(node)["name"]):
                    if is_deleted(pod):
                        self._force(key_of(pod))

    def _oldest(self, count: int) -> None:
        pods = [self._desk.store.get(POD, *key) for key in self._ended.values()]
        known = sorted((each for each in pods if each is not None), key=_evicted_then_oldest)
        for each in known[:count]:
            self._force(key_of(each))

    def _force(self, key: Key, why: str = "") -> None:
        """Mark a pod that has not ended as failed, then delete it at once. Source: markFailedAndDeletePod."""
        pod = self._desk.store.get(POD, *key)
        if pod is None:
            return
        try:
            if not is_terminal(pod):
                self._desk.registry.update_status(POD, self._failed(pod, why))
            self._desk.registry.delete(POD, *key, user=self._desk.user, grace=0)
        except ApiError as error:
            if error.code != 404:
                raise

    def _failed(self, pod: Obj, why: str) -> Obj:
        conditions: list[Obj] = list(status(pod).get("conditions") or ())
        if why and condition_of(pod, "DisruptionTarget") is None:
            target = {"type": "DisruptionTarget", "status": "True", "reason": "DeletionByPodGC", "message": why}
            conditions = set_condition(conditions, target, self._desk.clock.now)
        return with_status(pod, phase="Failed", conditions=conditions)


def _evicted_then_oldest(pod: Obj) -> tuple[bool, str, str]:
    evicted = phase_of(pod) == "Failed" and status(pod).get("reason") == "Evicted"
    return not evicted, meta(pod)["creationTimestamp"], meta(pod)["name"]
