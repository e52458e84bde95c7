"""scheduling: pods that no scheduler has touched, where `controlplane` cannot tell, and unknown schedulers."""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.detectors._ages import newest, older_than, seconds_between
from midwatch.detectors._components import component_home
from midwatch.detectors.common import MAX_FACTS, by_workload, condition, fact, refs
from midwatch.domain.finding import Claim, Finding, Severity
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Event, Lease
from midwatch.domain.kube.pods import Pod
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

DEFAULT_SCHEDULER = ("", "default-scheduler")
_UNSEEN = 60
"""Seconds after which a scheduler at work has tried every pending pod at least once."""
_ACTS = ("Scheduled", "FailedScheduling", "Preempted")


def _untouched(inventory: Inventory, pod: Pod) -> bool:
    waits = pod.status.phase in ("Pending", "") and not pod.metadata.deletion_timestamp
    if not waits or pod.spec.scheduling_gates or condition(pod.status.conditions, "PodScheduled") is not None:
        return False
    if any(each.reason in _ACTS for each in inventory.events(pod.ref)):
        return False
    return older_than(inventory, pod.metadata.creation_timestamp, _UNSEEN, unknown=False)


def scheduler_silent(inventory: Inventory) -> Iterator[Finding]:
    """Several pending pods without an event of the scheduler, though events are known.

    Source: pkg/scheduler/schedule_one.go writes an event at every attempt and tries again every few minutes. Pods
    known in full, and a scheduler whose node is known, are judged by the family `controlplane`.
    """
    if not inventory.knows(Event):
        return
    pending = inventory.pods_by_node.get("", ())
    waiting = [
        each for each in pending if each.spec.scheduler_name in DEFAULT_SCHEDULER and _untouched(inventory, each)
    ]
    home = component_home(inventory, "kube-scheduler")
    judged = home is not None and any(each.spec.containers for each in waiting)
    if len(waiting) < 2 or judged or _acted_since(inventory, waiting):
        return
    culprit = home or _leader(inventory) or Ref("Namespace", "", "kube-system")
    yield Finding(
        "scheduling/scheduler-silent",
        waiting[0].ref,
        Text(
            f"{len(waiting)} pods (such as {waiting[0].namespace}/{waiting[0].name}) are pending without a word "
            f"from "
            f"the scheduler",
            f"{len(waiting)} 个 Pod(例如 {waiting[0].namespace}/{waiting[0].name})处于 Pending，但调度器毫无动作",
        ),
        Severity.ERROR,
        claims=(Claim("kube-scheduler-unavailable", culprit, 0.6),),
        facts=tuple(fact(each, ".spec.nodeName", "none, and no event") for each in waiting[:MAX_FACTS]),
        affected=refs(waiting),
    )


def _acted_since(inventory: Inventory, waiting: list[Pod]) -> bool:
    """Whether the scheduler placed or tried another pod after the newest of these was there."""
    made = newest(each.metadata.creation_timestamp for each in waiting)
    last = newest(each.last_seen for each in inventory.all(Event) if each.reason in _ACTS)
    return made is not None and last is not None and seconds_between(last, made) > _UNSEEN


def _leader(inventory: Inventory) -> Ref | None:
    """The node of the leading scheduler: a holder is `<node>_<uid>`."""
    lease = inventory.get(Lease, "kube-system", "kube-scheduler")
    holder = (lease.spec.holder_identity or "").rpartition("_")[0] if lease else ""
    return Ref("Node", "", holder) if Ref("Node", "", holder) in inventory.by_ref else None


def unknown_scheduler(inventory: Inventory) -> Iterator[Finding]:
    """Pods name a scheduler that never acts on them. Source: docs: configure multiple schedulers."""
    if not inventory.knows(Event):
        return
    named = [
        each for each in inventory.pods_by_node.get("", ()) if each.spec.scheduler_name not in DEFAULT_SCHEDULER
    ]
    for workload, pods in by_workload(inventory, lambda pod: _untouched(inventory, pod), named).items():
        name = pods[0].spec.scheduler_name
        yield Finding(
            "scheduling/scheduler-unknown",
            workload,
            Text(
                f"{len(pods)} pod(s) of {workload} ask for the scheduler {name}, which does not act on them",
                f"{workload} 有 {len(pods)} 个 Pod 指定调度器 {name}，但它未处理它们",
            ),
            Severity.ERROR,
            claims=(Claim("scheduler-unknown", workload, 0.75),),
            facts=tuple(fact(each, ".spec.schedulerName", name) for each in pods[:MAX_FACTS]),
            affected=refs(pods),
        )
