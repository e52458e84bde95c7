"""The disruption controller: how many pods of a budget may go now.

Source: kubernetes/pkg/controller/disruption/disruption.go.
"""

from __future__ import annotations

from math import ceil

from midwatch.lab.controllers.cluster.endpoint import is_ready
from midwatch.lab.controllers.cluster.pods_by_label import PodsByLabel
from midwatch.lab.controllers.cluster.selecting import Selecting
from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import PDB, POD
from midwatch.lab.core.objects import (
    Obj,
    controller_of,
    is_deleted,
    labels_of,
    meta,
    name_of,
    namespace_of,
    part,
    parts,
    seconds,
    set_condition,
    spec,
    status,
    uid_of,
    with_status,
)
from midwatch.lab.core.queue import WorkQueue
from midwatch.lab.core.store import Change

COMPONENT, _SOURCE = "kube-controller-manager", "controllermanager"
_BATCH = 0.5
_FORGET = 120.0  # DeletionTimeout: an announced deletion that never came
_UNMANAGED = (
    "Pods selected by this PodDisruptionBudget (selector: {}) were found to be unmanaged. As a result, the status "
    "of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods "
    'please set ".spec.minAvailable" field of the PDB to an integer value.'
)


class Budgets:
    """Keeps the status of every PodDisruptionBudget."""

    def __init__(self, env: Env, pods: PodsByLabel, budgets: Selecting) -> None:
        self._env = env
        self._pods = pods
        self._budgets = budgets
        self._work = WorkQueue[tuple[str, str]](env.clock, env.components, COMPONENT, "disruption", self._sync)
        for each in env.store.list(PDB):
            self._work.add((namespace_of(each), name_of(each)))
        env.store.watch(self._observe, PDB)
        env.store.watch(self._observe_pod, POD)

    def _observe(self, change: Change) -> None:
        if change.type != "DELETED":
            self._work.add((namespace_of(change.new), name_of(change.new)))

    def _observe_pod(self, change: Change) -> None:
        if change.type == "MODIFIED" and change.old is not None and not _differs(change.old, change.new):
            return
        for name in self._budgets.of(change.new):
            self._work.add((namespace_of(change.new), name), _BATCH)

    def _sync(self, key: tuple[str, str]) -> None:
        budget = self._env.store.get(PDB, *key)
        selector = self._budgets.selector(*key)
        if budget is None:
            return
        found = self._pods.select(key[0], selector) if selector is not None else []
        pods = [each for each in found if status(each).get("phase") not in ("Succeeded", "Failed")]
        if not pods:
            self._event(budget, "Normal", "NoPods", "No matching pods found")
        expected = self._expected(budget, pods)
        if isinstance(expected, str):
            message = f"Failed to calculate the number of expected pods: {expected}"
            self._event(budget, "Warning", "CalculateExpectedPodCountFailed", message)
            self._write(budget, {"disruptionsAllowed": 0}, "SyncFailed", expected)
            return
        self._count(budget, pods, *expected)

    def _count(self, budget: Obj, pods: list[Obj], expected: int, desired: int) -> None:
        now = self._env.clock.now
        names = {name_of(each) for each in pods if not is_deleted(each)}
        disrupted = {
            name: since
            for name, since in part(status(budget), "disruptedPods").items()
            if name in names and now < seconds(since) + _FORGET
        }
        for since in disrupted.values():
            self._work.add((namespace_of(budget), name_of(budget)), seconds(since) + _FORGET - now)
        healthy = sum(is_ready(each) and not is_deleted(each) and name_of(each) not in disrupted for each in pods)
        allowed = max(healthy - desired, 0) if expected > 0 else 0
        counts: Obj = {
            "currentHealthy": healthy,
            "desiredHealthy": desired,
            "disruptionsAllowed": allowed,
            "expectedPods": expected,
            "disruptedPods": disrupted or None,
        }
        self._write(budget, counts, "SufficientPods" if allowed else "InsufficientPods", "")

    def _expected(self, budget: Obj, pods: list[Obj]) -> tuple[int, int] | str:
        """Pods that should be there, and those of them that must stay healthy; or why it cannot be told."""
        body = spec(budget)
        least, most = body.get("minAvailable"), body.get("maxUnavailable")
        if isinstance(least, int):
            return len(pods), least
        scale = self._scale(budget, pods)
        if isinstance(scale, str):
            return scale
        if most is not None:
            return scale, max(scale - _amount(most, scale), 0)
        return scale, _amount(least, scale) if least is not None else 0

    def _scale(self, budget: Obj, pods: list[Obj]) -> int | str:
        """The replicas wanted by all the controllers of the pods."""
        owners: dict[str, int] = {}
        unmanaged = [each for each in pods if controller_of(each) is None]
        for pod in pods:
            owner = controller_of(pod)
            if owner is None or owner["uid"] in owners:
                continue
            found = self._scaled(owner, namespace_of(pod))
            if found is None:
                return f'found no controllers for pod "{name_of(pod)}"'
            owners[owner["uid"]] = 0
            owners[uid_of(found)] = int(spec(found).get("replicas", 1))
        if unmanaged:
            shown = part(spec(budget), "selector")
            self._event(budget, "Warning", "UnmanagedPods", _UNMANAGED.format(shown))
        return sum(owners.values())

    def _scaled(self, owner: Obj, namespace: str) -> Obj | None:
        """The topmost object that scales the pods of an owner: of a ReplicaSet, its Deployment."""
        kind = self._env.kinds.by_kind(owner["apiVersion"], owner["kind"])
        if kind is None or "scale" not in kind.subresources:
            return None
        found = self._env.store.get(kind, namespace, owner["name"])
        above = controller_of(found) if found is not None else None
        return (self._scaled(above, namespace) or found) if above is not None else found

    def _write(self, budget: Obj, counts: Obj, reason: str, message: str) -> None:
        generation = meta(budget).get("generation", 1)
        condition: Obj = {
            "type": "DisruptionAllowed",
            "status": "True" if reason == "SufficientPods" else "False",
            "reason": reason,
            "message": message,
            "observedGeneration": generation,
        }
        conditions = set_condition(parts(status(budget), "conditions"), condition, self._env.clock.now)
        new = with_status(budget, **counts, conditions=conditions, observedGeneration=generation)
        self._env.registry.update_status(PDB, new)

    def _event(self, budget: Obj, type_: str, reason: str, message: str) -> None:
        self._env.recorder.event(budget, type_, reason, message, component=_SOURCE)


def _amount(value: int | str, of: int) -> int:
    """A number, or a percentage rounded up."""
    return ceil(int(value.rstrip("%")) * of / 100) if isinstance(value, str) else value


def _differs(old: Obj, new: Obj) -> bool:
    return (
        is_ready(old) != is_ready(new)
        or is_deleted(old) != is_deleted(new)
        or status(old).get("phase") != status(new).get("phase")
        or labels_of(old) != labels_of(new)
    )
