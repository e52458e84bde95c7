"""All objects of one survey, indexed so that each question costs O(answer), and what could not be listed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TypeVar, cast

from midwatch.domain.evidence import EvidenceState
from midwatch.domain.kube.cluster import Event
from midwatch.domain.kube.meta import CustomResource, KubeObject, LabelSelector
from midwatch.domain.kube.pods import Pod
from midwatch.domain.kube.selectors import matches
from midwatch.domain.resource import Ref

T = TypeVar("T", bound=KubeObject)
R = TypeVar("R")

_MAX_OWNERS = 8


@dataclass(frozen=True, repr=False)
class Inventory:
    """One point in time of one cluster.

    `objects` by kind; `states` says per kind how its LIST ended (a kind without an entry was never asked for);
    `now` is when the survey was taken: ages are relative to it, never to the wall clock. `namespaces` is the
    scope of a survey limited to some namespaces; empty means the whole cluster.
    """

    objects: Mapping[str, Sequence[KubeObject]]
    states: Mapping[str, EvidenceState]
    now: datetime
    namespaces: frozenset[str] = frozenset()

    def all(self, struct: type[T]) -> Sequence[T]:
        """All objects of a built-in kind."""
        return cast("Sequence[T]", self.objects.get(struct.KIND, ()))

    @cached_property
    def _derived(self) -> dict[object, object]:
        return {}

    def derive(self, build: Callable[[Inventory], R]) -> R:
        """What the function `build` makes of this inventory, made once: an index that several readers share."""
        if build not in self._derived:
            self._derived[build] = build(self)
        return cast("R", self._derived[build])

    @cached_property
    def custom(self) -> tuple[CustomResource, ...]:
        """All objects of kinds midwatch has no struct for."""
        return tuple(each for found in self.objects.values() for each in found if isinstance(each, CustomResource))

    def knows(self, struct: type[KubeObject], namespace: str = "") -> bool:
        """Whether the absence of an object of this kind (in this namespace) is proven by the survey."""
        state = self.states.get(struct.KIND)
        return state is not None and state.complete and self.covers(namespace)

    def covers(self, namespace: str) -> bool:
        """Whether the survey was to see this namespace."""
        return not self.namespaces or not namespace or namespace in self.namespaces

    def get(self, struct: type[T], namespace: str, name: str) -> T | None:
        """One object, or None when it was not seen (see `knows` before calling it absent)."""
        return cast("T | None", self.by_ref.get(Ref(struct.KIND, namespace, name)))

    def find(self, ref: Ref) -> KubeObject | None:
        """The object of a reference."""
        return self.by_ref.get(ref)

    @cached_property
    def by_ref(self) -> dict[Ref, KubeObject]:
        """Every object but events by identity."""
        return {each.ref: each for kind, found in self.objects.items() if kind != "Event" for each in found}

    @cached_property
    def _events(self) -> dict[Ref, list[Event]]:
        index: dict[Ref, list[Event]] = defaultdict(list)
        for event in self.all(Event):
            target = event.involved_object
            index[Ref(target.kind, target.namespace, target.name)].append(event)
        return index

    def events(self, ref: Ref) -> Sequence[Event]:
        """Events about an object, in the order they were listed."""
        return self._events.get(ref, ())

    @cached_property
    def events_by_reason(self) -> dict[str, list[Event]]:
        """Events by their reason, in the order they were listed."""
        index: dict[str, list[Event]] = defaultdict(list)
        for event in self.all(Event):
            index[event.reason].append(event)
        return index

    @cached_property
    def _label_index(self) -> dict[tuple[str, str, str], list[Pod]]:
        index: dict[tuple[str, str, str], list[Pod]] = defaultdict(list)
        for pod in self.all(Pod):
            for key, value in pod.metadata.labels.items():
                index[pod.namespace, key, value].append(pod)
        return index

    @cached_property
    def pods_by_namespace(self) -> dict[str, list[Pod]]:
        """Pods of each namespace."""
        index: dict[str, list[Pod]] = defaultdict(list)
        for pod in self.all(Pod):
            index[pod.namespace].append(pod)
        return index

    @cached_property
    def pods_by_node(self) -> dict[str, list[Pod]]:
        """Pods of each node (by its name); unscheduled ones under the empty name."""
        index: dict[str, list[Pod]] = defaultdict(list)
        for pod in self.all(Pod):
            index[pod.spec.node_name].append(pod)
        return index

    def select(self, namespace: str, selector: LabelSelector | None) -> list[Pod]:
        """Pods of a namespace that a selector matches, by its rarest label."""
        if selector is None:
            return []
        pairs = selector.match_labels.items()
        lists = [self._label_index.get((namespace, key, value), []) for key, value in pairs]
        candidates = min(lists, key=len) if lists else self.pods_by_namespace.get(namespace, [])
        return [pod for pod in candidates if matches(selector, pod.metadata.labels)]

    def select_labels(self, namespace: str, labels: Mapping[str, str]) -> list[Pod]:
        """Pods of a namespace that carry all of `labels` (the selector of a Service); none when it is empty."""
        return self.select(namespace, LabelSelector(match_labels=dict(labels))) if labels else []

    def owner(self, found: KubeObject) -> Ref | None:
        """The controlling owner, else the first owner."""
        owners = found.metadata.owner_references
        controller = next((each for each in owners if each.controller), owners[0] if owners else None)
        if controller is None:
            return None
        owner = Ref(controller.kind, found.namespace, controller.name)
        return owner if owner in self.by_ref else self._cluster_scoped(owner)

    def _cluster_scoped(self, owner: Ref) -> Ref:
        wide = Ref(owner.kind, "", owner.name)
        return wide if wide in self.by_ref else owner

    def workload(self, found: KubeObject) -> Ref:
        """The top of the ownership chain: the Deployment of a pod, the CronJob of a Job; itself if unowned."""
        ref = found.ref
        current: KubeObject | None = found
        for _ in range(_MAX_OWNERS):
            above = self.owner(current) if current is not None else None
            if above is None or above.kind == "Node" or above == ref:
                break
            ref, current = above, self.by_ref.get(above)
        return ref

    @cached_property
    def pods_by_workload(self) -> dict[Ref, list[Pod]]:
        """Pods under the top of their ownership chain."""
        index: dict[Ref, list[Pod]] = defaultdict(list)
        for pod in self.all(Pod):
            index[self.workload(pod)].append(pod)
        return index

    @cached_property
    def children(self) -> dict[Ref, list[KubeObject]]:
        """Objects by their controlling owner."""
        index: dict[Ref, list[KubeObject]] = defaultdict(list)
        for found in self.by_ref.values():
            above = self.owner(found) if found.metadata.owner_references else None
            if above is not None:
                index[above].append(found)
        return index


def build_inventory(
    objects: Iterable[KubeObject],
    states: Mapping[str, EvidenceState],
    now: datetime,
    namespaces: frozenset[str] = frozenset(),
) -> Inventory:
    """Group objects by kind; of two with one identity (two API versions) the first wins."""
    grouped: dict[str, list[KubeObject]] = defaultdict(list)
    seen: set[Ref] = set()
    for found in objects:
        ref = found.ref
        if ref.kind != "Event":
            if ref in seen:
                continue
            seen.add(ref)
        grouped[ref.kind].append(found)
    return Inventory(dict(grouped), dict(states), now, namespaces)
