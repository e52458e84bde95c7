"""What the scheduler knows of one node: its aggregates are kept, never summed up again."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from midwatch.domain.kube.cluster import Taint
from midwatch.lab.core.objects import Obj, labels_of, parts, spec, status
from midwatch.lab.scheduler.rejection import Pod, Rejection
from midwatch.lab.scheduler.requests import Amounts, amounts

_HARD = frozenset({"NoSchedule", "NoExecute"})


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a node suits a template at one generation of the node: a rejection, or a score."""

    generation: int
    rejection: Rejection | None
    score: int = 0


@dataclass(eq=False)
class NodeState:
    """One node; `obj` is None when only pods speak of it. `generation` grows with each change."""

    name: str
    obj: Obj | None = None
    labels: dict[str, str] = field(default_factory=dict[str, str])
    hard_taints: tuple[Taint, ...] = ()
    soft_taints: tuple[Taint, ...] = ()
    cordoned: bool = False
    allocatable: Amounts = field(default_factory=dict[str, int])
    requested: Amounts = field(default_factory=dict[str, int])
    scored_cpu: int = 0
    scored_memory: int = 0
    pods: dict[str, Pod] = field(default_factory=dict[str, Pod])
    ports: dict[tuple[str, str, int], int] = field(default_factory=dict[tuple[str, str, int], int])
    claims: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    generation: int = 0
    constant: dict[int, Rejection | None] = field(default_factory=dict[int, Rejection | None])
    judgements: dict[int, Judgement] = field(default_factory=dict[int, Judgement])
    preferences: dict[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])

    def describe(self, obj: Obj | None) -> None:
        """Take over a new version of the node object."""
        self.obj = obj
        found = obj or {}
        self.labels = labels_of(found)
        taints = [msgspec.convert(each, Taint) for each in parts(spec(found), "taints")]
        self.hard_taints = tuple(each for each in taints if each.effect in _HARD)
        self.soft_taints = tuple(each for each in taints if each.effect == "PreferNoSchedule")
        self.cordoned = bool(spec(found).get("unschedulable"))
        self.allocatable = amounts(status(found).get("allocatable"))
        self.generation += 1
        self.constant.clear()
        self.preferences.clear()

    def add(self, pod: Pod, sign: int = 1) -> None:
        """A pod comes, or (-1) goes."""
        template = pod.template
        if sign > 0:
            self.pods[pod.uid] = pod
        else:
            self.pods.pop(pod.uid, None)
        for name, amount in template.requests.items():
            self.requested[name] = self.requested.get(name, 0) + sign * amount
        self.scored_cpu += sign * template.scored[0]
        self.scored_memory += sign * template.scored[1]
        for port in template.ports:
            self.ports[port] = self.ports.get(port, 0) + sign
        for claim in template.claims:
            key = pod.namespace, claim
            self.claims[key] = self.claims.get(key, 0) + sign
        self.generation += 1
