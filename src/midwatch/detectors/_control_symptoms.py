"""controlplane: what stands still when the scheduler or the controller manager is gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from midwatch.detectors._ages import age, aware, newest, older_than
from midwatch.detectors._components import component_home
from midwatch.detectors.common import MAX_FACTS, condition, fact, refs
from midwatch.domain.finding import Claim, Finding, Severity
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Event
from midwatch.domain.kube.meta import KubeObject
from midwatch.domain.kube.pods import Pod
from midwatch.domain.kube.workloads import DaemonSet, Deployment, ReplicaSet, StatefulSet
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_UNSEEN = 45
"""Seconds after which a scheduler at work has looked at every pending pod."""

_SCHEDULER = "kube-scheduler-unavailable"
_MANAGER = "kube-controller-manager-unavailable"


def never_considered(inventory: Inventory) -> Iterator[Finding]:
    """Pending pods that no scheduler has looked at: no condition PodScheduled, no event of a scheduler.

    Source: pkg/scheduler/schedule_one.go: every failed attempt sets PodScheduled=False and writes an event.
    """
    waiting = [each for each in inventory.pods_by_node.get("", ()) if _unseen(inventory, each)]
    if not waiting or _scheduler_was_seen(inventory, waiting):
        return
    culprit = component_home(inventory, "kube-scheduler")
    claims = (Claim(_SCHEDULER, culprit, 0.75 if len(waiting) > 1 else 0.6),) if culprit else ()
    yield Finding(
        "controlplane/never-considered",
        waiting[0].ref,
        Text(
            f"No scheduler has looked at {len(waiting)} pending pods (such as {waiting[0].namespace}/"
            f"{waiting[0].name}): they carry neither a PodScheduled condition nor an event of a scheduler",
            f"没有调度器处理过 {len(waiting)} 个待调度的 Pod(例如 {waiting[0].namespace}/{waiting[0].name}):"
            "它们既没有 PodScheduled 状况,也没有调度器的事件",
        ),
        Severity.ERROR,
        claims=claims,
        facts=tuple(fact(each, ".status.conditions[PodScheduled]", "absent") for each in waiting[:MAX_FACTS]),
        affected=refs(waiting),
        since=newest((waiting[0].metadata.creation_timestamp,)),
    )


def _unseen(inventory: Inventory, pod: Pod) -> bool:
    """Only pods whose specification is known: a row of a table says nothing about conditions."""
    if pod.status.phase != "Pending" or not pod.spec.containers or pod.metadata.deletion_timestamp:
        return False
    if pod.spec.scheduling_gates or pod.spec.scheduler_name not in ("", "default-scheduler"):
        return False
    if condition(pod.status.conditions, "PodScheduled") is not None or pod.status.nominated_node_name:
        return False
    if any(each.reason in ("FailedScheduling", "Scheduled", "Preempted") for each in inventory.events(pod.ref)):
        return False
    return older_than(inventory, pod.metadata.creation_timestamp, _UNSEEN, unknown=False)


def _scheduler_was_seen(inventory: Inventory, waiting: list[Pod]) -> bool:
    """Whether the scheduler did anything after the first of these pods was there; unknown events mean maybe."""
    if not inventory.all(Event) and not inventory.knows(Event):
        return False
    made = [aware(each.metadata.creation_timestamp) for each in waiting if each.metadata.creation_timestamp]
    acts = (each.last_seen for each in inventory.all(Event) if each.reason in ("Scheduled", "FailedScheduling"))
    last = newest(acts)
    return bool(made) and last is not None and (last - min(made)).total_seconds() > _UNSEEN


_LAG = 60
_Tracked = Deployment | ReplicaSet | StatefulSet | DaemonSet


def lagging_controllers(inventory: Inventory) -> Iterator[Finding]:
    """Several workloads whose latest generation no controller has observed.

    Source: API conventions, `status.observedGeneration`; every built-in controller writes it within seconds.
    """
    lagging = [each for each in _tracked(inventory) if _lags(inventory, each)]
    if len(lagging) < 2 or _manager_was_seen(inventory, lagging):
        return
    culprit = component_home(inventory, "kube-controller-manager")
    yield Finding(
        "controlplane/controllers-lag",
        lagging[0].ref,
        Text(
            f"No controller has seen the latest generation of {len(lagging)} workloads, such as {lagging[0].ref}",
            f"有 {len(lagging)} 个工作负载的最新版本未被任何控制器处理,例如 {lagging[0].ref}",
        ),
        Severity.ERROR,
        claims=(Claim(_MANAGER, culprit, 0.75),) if culprit else (),
        facts=tuple(
            fact(
                each,
                ".status.observedGeneration",
                f"{each.status.observed_generation} < {each.metadata.generation}",
            )
            for each in lagging[:MAX_FACTS]
        ),
        affected=refs(lagging),
    )


def _tracked(inventory: Inventory) -> Iterator[_Tracked]:
    yield from inventory.all(Deployment)
    yield from inventory.all(ReplicaSet)
    yield from inventory.all(StatefulSet)
    yield from inventory.all(DaemonSet)


def _lags(inventory: Inventory, found: _Tracked) -> bool:
    if found.status.observed_generation >= found.metadata.generation or found.metadata.deletion_timestamp:
        return False
    return older_than(inventory, _last_change(found), _LAG, unknown=False)


def _last_change(found: KubeObject) -> datetime | None:
    changes = (each.time for each in found.metadata.managed_fields if each.subresource != "status")
    return newest(changes) or found.metadata.creation_timestamp


_CONTROLLER_REASONS = ("SuccessfulCreate", "SuccessfulDelete", "ScalingReplicaSet", "FailedCreate")


def _manager_was_seen(inventory: Inventory, lagging: list[_Tracked]) -> bool:
    changed = newest(each.metadata.creation_timestamp for each in lagging)
    acts = newest(each.last_seen for each in inventory.all(Event) if each.reason in _CONTROLLER_REASONS)
    passed = age(inventory, acts)
    return changed is not None and passed is not None and passed < _LAG


def unanswered_workloads(inventory: Inventory) -> Iterator[Finding]:
    """Deployments that no controller has ever touched: never observed and without any ReplicaSet."""
    if not inventory.knows(ReplicaSet):
        return
    untouched = [each for each in inventory.all(Deployment) if _untouched(inventory, each)]
    if not untouched:
        return
    culprit = component_home(inventory, "kube-controller-manager")
    first: Ref = untouched[0].ref
    yield Finding(
        "controlplane/untouched-deployment",
        first,
        Text(
            f"{len(untouched)} Deployments (such as {first}) were never taken up by the Deployment controller",
            f"有 {len(untouched)} 个 Deployment(例如 {first})从未被 Deployment 控制器处理",
        ),
        Severity.ERROR,
        claims=(Claim(_MANAGER, culprit, 0.75),) if culprit else (),
        facts=tuple(fact(each, ".status.observedGeneration", 0) for each in untouched[:MAX_FACTS]),
        affected=refs(untouched),
    )


def _untouched(inventory: Inventory, found: Deployment) -> bool:
    if found.status.observed_generation or found.status.conditions or found.metadata.generation < 1:
        return False
    if found.spec.paused or found.metadata.deletion_timestamp or inventory.children.get(found.ref):
        return False
    return older_than(inventory, found.metadata.creation_timestamp, _LAG, unknown=False)


DETECTORS = (never_considered, lagging_controllers, unanswered_workloads)
