"""Which pods of lower priority must go to make room.

Source: kubernetes/pkg/scheduler/framework/preemption/preemption.go,
kubernetes/pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from midwatch.domain.kube.meta import LabelSelector
from midwatch.domain.kube.selectors import matches
from midwatch.lab.core.kinds import PDB
from midwatch.lab.core.objects import Obj, labels_of, meta, namespace_of, spec, status, uid_of
from midwatch.lab.core.store import Store
from midwatch.lab.scheduler.cluster import Cluster
from midwatch.lab.scheduler.cycle import Cycle
from midwatch.lab.scheduler.fit_error import NO_VICTIMS, preemption_error
from midwatch.lab.scheduler.node_state import NodeState
from midwatch.lab.scheduler.rejection import Pod, Rejection
from midwatch.lab.scheduler.volume_filter import Claims

_PREFIX = "no new claims to deallocate, preemption: "
_CANDIDATES = 100  # MinCandidateNodesAbsolute


@dataclass(frozen=True, slots=True)
class Candidate:
    """A node, and the pods to take off it; `violations` of disruption budgets."""

    node: NodeState
    victims: tuple[Pod, ...]
    violations: int

    @property
    def cost(self) -> tuple[int, int, int, int]:
        """What makes one candidate worse than another, first things first."""
        priorities = [each.template.priority for each in self.victims]
        return self.violations, max(priorities), sum(priorities), len(priorities)


class Preemption:
    """Finds victims for pods that fit nowhere."""

    def __init__(self, store: Store, cluster: Cluster) -> None:
        self._store = store
        self._cluster = cluster

    def find(self, pod: Pod, claims: Claims, rejected: Mapping[str, Rejection]) -> Candidate | str:
        """The best candidate, or what the message says when there is none."""
        if not pod.template.preempts:
            return f"{_PREFIX}not eligible due to preemptionPolicy=Never."
        if self._victims_are_going(pod):
            return f"{_PREFIX}not eligible due to a terminating pod on the nominated node."
        statuses: Counter[str] = Counter()
        candidates: list[Candidate] = []
        for name in [name for name, each in rejected.items() if not each.final]:
            found = self._on_node(pod, claims, self._cluster.nodes[name])
            if isinstance(found, Candidate):
                candidates.append(found)
            else:
                statuses.update(found)
            if len(candidates) >= _CANDIDATES:
                break
        if not candidates:
            return preemption_error(len(self._cluster.ready), statuses)
        return min(candidates, key=lambda each: each.cost)

    def _victims_are_going(self, pod: Pod) -> bool:
        nominated = status(pod.obj).get("nominatedNodeName")
        node = self._cluster.nodes.get(nominated) if nominated else None
        return node is not None and any(
            each.leaving and each.template.priority < pod.template.priority for each in node.pods.values()
        )

    def _on_node(self, pod: Pod, claims: Claims, node: NodeState) -> Candidate | tuple[str, ...]:
        """The fewest and least important victims on one node, or why there are none."""
        lower = [each for each in node.pods.values() if each.template.priority < pod.template.priority]
        if not lower:
            return (NO_VICTIMS,)
        with self._cluster.without(lower, node):
            rejection = Cycle(self._store, self._cluster, pod, claims).reject(node)
            if rejection is not None:
                return rejection.reasons
        lower.sort(key=lambda each: (-each.template.priority, _started(each), each.name))
        violating, others = self._split(lower)
        victims = self._reprieve(pod, claims, node, [*violating, *others])
        if not victims:
            return (NO_VICTIMS,)
        return Candidate(node, tuple(victims), sum(each in violating for each in victims))

    def _reprieve(self, pod: Pod, claims: Claims, node: NodeState, lower: list[Pod]) -> list[Pod]:
        """Let as many as possible stay, the most important first."""
        victims = list(lower)
        for each in lower:
            fewer = [other for other in victims if other is not each]
            with self._cluster.without(fewer, node):
                if Cycle(self._store, self._cluster, pod, claims).reject(node) is None:
                    victims = fewer
        return victims

    def _split(self, pods: list[Pod]) -> tuple[list[Pod], list[Pod]]:
        """Those whose eviction a disruption budget forbids, and the others."""
        left = {uid_of(each): int(status(each).get("disruptionsAllowed") or 0) for each in self._store.list(PDB)}
        violating: list[Pod] = []
        for pod in pods:
            budgets = [uid_of(each) for each in self._store.list(PDB, pod.namespace) if _covers(each, pod)]
            for each in budgets:
                left[each] -= 1
            if any(left[each] < 0 for each in budgets):
                violating.append(pod)
        return violating, [each for each in pods if each not in violating]


def _started(pod: Pod) -> str:
    return status(pod.obj).get("startTime") or meta(pod.obj)["creationTimestamp"]


def _covers(budget: Obj, pod: Pod) -> bool:
    selector: Obj | None = spec(budget).get("selector")
    if selector is None or namespace_of(budget) != pod.namespace:
        return False
    return matches(msgspec.convert(selector, LabelSelector), labels_of(pod.obj))
