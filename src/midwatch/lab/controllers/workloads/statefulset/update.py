"""One look at a StatefulSet's pods: repair, create, scale down and update them in their order.

Source: kubernetes/pkg/controller/statefulset/stateful_set_control.go (updateStatefulSet).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from midwatch.lab.controllers.workloads.shared.pods import is_available, is_ready, is_terminal, phase_of
from midwatch.lab.controllers.workloads.statefulset.identity import (
    draft,
    ordinal,
    replicas,
    revision_of,
    start,
)
from midwatch.lab.controllers.workloads.statefulset.pods import PodControl
from midwatch.lab.core.objects import Obj, is_deleted, name_of, spec, uid_of


@dataclass(frozen=True, slots=True)
class Look:
    """A StatefulSet with its pods by ordinal (drafts for those that are missing) and those beyond its range,
    highest ordinal first.
    """

    found: Obj
    current: Obj
    update: Obj
    living: list[Obj]
    condemned: list[Obj]
    now: float

    @property
    def ordered(self) -> bool:
        """Whether one pod waits for the other."""
        return spec(self.found).get("podManagementPolicy") != "Parallel"

    def available(self, pod: Obj) -> bool:
        """Whether a pod runs and has been ready long enough."""
        wait = int(spec(self.found).get("minReadySeconds") or 0)
        return runs(pod) and is_available(pod, wait, self.now)


def runs(pod: Obj) -> bool:
    """Whether a pod is running and ready."""
    return phase_of(pod) == "Running" and is_ready(pod)


def look(found: Obj, current: Obj, update: Obj, pods: Sequence[Obj], now: float) -> Look:
    """Sort pods into their places."""
    first, count = start(found), replicas(found)
    places: dict[int, Obj] = {}
    condemned: list[tuple[int, Obj]] = []
    for each in pods:
        index = ordinal(found, each)
        if first <= index < first + count:
            places[index] = each
        elif index >= 0:
            condemned.append((index, each))
    condemned.sort(key=lambda each: -each[0])
    living = [
        places.get(index) or draft(found, current if _keeps(found, index) else update, index)
        for index in range(first, first + count)
    ]
    return Look(found, current, update, living, [each for _, each in condemned], now)


def partition(found: Obj) -> int:
    """Ordinals below this one are not updated."""
    strategy: Obj = spec(found).get("updateStrategy") or {}
    rolling: Obj = strategy.get("rollingUpdate") or {}
    return int(rolling.get("partition") or 0)


def on_delete(found: Obj) -> bool:
    """Whether pods are updated only when somebody deletes them."""
    strategy: Obj = spec(found).get("updateStrategy") or {}
    return strategy.get("type") == "OnDelete"


def act(seen: Look, control: PodControl) -> None:
    """Do what can be done now; raises `ApiError` of the write that failed."""
    if is_deleted(seen.found):
        return
    if _each(seen, seen.living, lambda pod: _tend(seen, control, pod)):
        return
    if _each(seen, seen.condemned, lambda pod: _condemn(seen, control, pod)):
        return
    if not on_delete(seen.found):
        _update(seen, control)


def _keeps(found: Obj, index: int) -> bool:
    return not on_delete(found) and index < start(found) + partition(found)


def _each(seen: Look, pods: Sequence[Obj], tend: Callable[[Obj], bool]) -> bool:
    """Whether it must stop here: in order at the first pod that waits, in parallel never."""
    return any(tend(each) and seen.ordered for each in pods)


def _tend(seen: Look, control: PodControl, pod: Obj) -> bool:
    """Look after one pod; whether those after it must wait. Source: processReplica."""
    if uid_of(pod) and is_terminal(pod):
        if not is_deleted(pod):
            control.delete(seen.found, pod)
        return True
    if not uid_of(pod):
        control.create(seen.found, pod)
        return True
    if phase_of(pod) == "Pending":
        control.claim(seen.found, pod)
    return is_deleted(pod) or not seen.available(pod)


def _condemn(seen: Look, control: PodControl, pod: Obj) -> bool:
    """Scale one pod away; whether the others must wait. Source: processCondemned."""
    if is_deleted(pod):
        return True
    if seen.ordered and not seen.available(pod) and pod is not _first_unhealthy(seen):
        return True
    control.delete(seen.found, pod)
    return True


def _first_unhealthy(seen: Look) -> Obj | None:
    everyone = [*seen.living, *reversed(seen.condemned)]
    return next((each for each in everyone if is_deleted(each) or not seen.available(each)), None)


def _update(seen: Look, control: PodControl) -> None:
    """Replace the highest pod of another revision; a pod that is not available holds all below it."""
    first, lowest = start(seen.found), partition(seen.found)
    for pod in reversed(seen.living):
        if ordinal(seen.found, pod) - first < lowest:
            return
        if revision_of(pod) != name_of(seen.update) and not is_deleted(pod):
            control.delete(seen.found, pod)
            return
        if is_deleted(pod) or not seen.available(pod):
            return
