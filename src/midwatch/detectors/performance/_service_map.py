"""performance: who calls whom and who runs where, with Services and pods replaced by their workloads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from midwatch.detectors.common import condition, is_finished
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.networking import Service
from midwatch.domain.kube.pods import Pod
from midwatch.domain.observation import Call
from midwatch.domain.resource import Ref

_BACKEND_PORTS = frozenset(
    {1433, 1521, 3306, 4222, 5432, 5671, 5672, 6379, 9042, 9092, 11211, 26379, 27017, 33060}
)
"""Databases, caches and brokers."""
_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")


@dataclass(frozen=True)
class ServiceMap:
    """The service graph of one survey, by workload."""

    inventory: Inventory
    calls: Sequence[Call]

    @property
    def is_blind(self) -> bool:
        """Whether nobody told who calls whom."""
        return not self.callees

    @cached_property
    def _resolved(self) -> dict[Ref, Ref]:
        return {}

    def workload(self, ref: Ref) -> Ref:
        """The workload behind a Service, pod or workload; the reference itself when there is no single one."""
        known = self._resolved.get(ref)
        if known is None:
            known = self._resolved[ref] = _resolve(self.inventory, ref)
        return known

    @cached_property
    def callees(self) -> dict[Ref, set[Ref]]:
        """Whom each workload calls."""
        edges: dict[Ref, set[Ref]] = defaultdict(set)
        for call in self.calls:
            caller, callee = self.workload(call.caller), self.workload(call.callee)
            if caller != callee:
                edges[caller].add(callee)
        return dict(edges)

    @cached_property
    def neighbours(self) -> dict[Ref, set[Ref]]:
        """Whom each workload calls or is called by."""
        edges: dict[Ref, set[Ref]] = defaultdict(set)
        for caller, callees in self.callees.items():
            for callee in callees:
                edges[caller].add(callee)
                edges[callee].add(caller)
        return dict(edges)

    @cached_property
    def _reached(self) -> dict[Ref, frozenset[Ref]]:
        return {}

    def reachable(self, start: Ref) -> frozenset[Ref]:
        """All that a workload calls, directly or through others."""
        known = self._reached.get(start)
        if known is None:
            known = self._reached[start] = frozenset(self._reach(start))
        return known

    def _reach(self, start: Ref) -> set[Ref]:
        seen: set[Ref] = set()
        frontier = list(self.callees.get(start, ()))
        while frontier:
            each = frontier.pop()
            if each not in seen:
                seen.add(each)
                frontier.extend(self.callees.get(each, ()))
        return seen

    @cached_property
    def _places(self) -> dict[Ref, frozenset[str]]:
        return {}

    def nodes(self, workload: Ref) -> frozenset[str]:
        """Nodes that its pods run on."""
        known = self._places.get(workload)
        if known is None:
            names = (each.spec.node_name for each in self.pods(workload))
            known = self._places[workload] = frozenset(each for each in names if each)
        return known

    def pods(self, workload: Ref) -> list[Pod]:
        """Its pods that have not ended."""
        return [each for each in self.inventory.pods_by_workload.get(workload, ()) if not is_finished(each)]

    def is_backend(self, workload: Ref) -> bool:
        """Whether a workload speaks a protocol of its own, by its ports: meshes measure no latency of it."""
        ports = (port for pod in self.pods(workload) for each in pod.spec.containers for port in each.ports)
        return any(each.container_port in _BACKEND_PORTS for each in ports)

    def is_unwell(self, workload: Ref) -> bool:
        """Whether a workload has trouble that needs no signal to be seen: a pod that is not ready."""
        return any(_not_ready(each) for each in self.pods(workload))

    @cached_property
    def down(self) -> frozenset[Ref]:
        """Workloads of the graph of which no pod is ready."""
        return frozenset(each for each in self.neighbours if self._is_down(each))

    def _is_down(self, workload: Ref) -> bool:
        pods = self.pods(workload)
        return bool(pods) and all(_not_ready(each) for each in pods)


def _not_ready(pod: Pod) -> bool:
    ready = condition(pod.status.conditions, "Ready")
    if ready is not None:
        return ready.status != "True"
    statuses = pod.status.container_statuses
    return pod.status.phase == "Pending" or (bool(statuses) and not all(each.ready for each in statuses))


def _resolve(inventory: Inventory, ref: Ref) -> Ref:
    if ref.kind == "Node":
        return ref
    found = inventory.find(ref)
    if isinstance(found, Service):
        owners = {inventory.workload(each) for each in inventory.select_labels(ref.namespace, found.spec.selector)}
        return owners.pop() if len(owners) == 1 else _named_alike(inventory, ref)
    return inventory.workload(found) if found is not None else _named_alike(inventory, ref)


def _named_alike(inventory: Inventory, ref: Ref) -> Ref:
    """Metrics and traces name services; most often the workload has the same name."""
    candidates = (Ref(kind, ref.namespace, ref.name) for kind in _WORKLOADS)
    return next((each for each in candidates if each in inventory.by_ref), ref)
