"""What several families share: facts from objects and events, and grouping of pods by their workload."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime

from midwatch.domain.finding import Fact
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Event
from midwatch.domain.kube.meta import Condition, KubeObject
from midwatch.domain.kube.pods import Pod
from midwatch.domain.resource import Ref

MAX_FACTS = 3
"""How many pods of one workload are quoted as evidence for one finding."""

_MAX_VALUE = 600


def fact(found: KubeObject, path: str, value: object, at: datetime | None = None) -> Fact:
    """A field of an object, shortened."""
    return Fact(found.ref, path, shorten(str(value)), at)


def event_fact(event: Event) -> Fact:
    """What an event said, how often and when."""
    target = event.involved_object
    times = f" (x{event.times_seen})" if event.times_seen > 1 else ""
    return Fact(
        Ref(target.kind, target.namespace, target.name),
        f"event {event.reason}",
        shorten(event.message) + times,
        event.last_seen,
    )


def shorten(text: str) -> str:
    """At most 600 characters, white space folded."""
    folded = " ".join(text.split())
    return folded if len(folded) <= _MAX_VALUE else folded[: _MAX_VALUE - 1] + "…"


def condition(conditions: Iterable[Condition], kind: str) -> Condition | None:
    """The condition of a type."""
    return next((each for each in conditions if each.type == kind), None)


def by_workload(
    inventory: Inventory, wanted: Callable[[Pod], bool], pods: Iterable[Pod] | None = None
) -> dict[Ref, list[Pod]]:
    """The wanted pods under the workload that owns them: one finding per workload, not per pod."""
    groups: dict[Ref, list[Pod]] = defaultdict(list)
    for pod in inventory.all(Pod) if pods is None else pods:
        if wanted(pod):
            groups[inventory.workload(pod)].append(pod)
    return groups


def refs(found: Iterable[KubeObject]) -> tuple[Ref, ...]:
    """Identities of objects."""
    return tuple(each.ref for each in found)


def is_finished(pod: Pod) -> bool:
    """Whether a pod ended for good (Succeeded or Failed) and can no longer recover or fail."""
    return pod.status.phase in ("Succeeded", "Failed")
