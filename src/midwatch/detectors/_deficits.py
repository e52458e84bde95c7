"""Owners of pods that have fewer pods than they want: a trace of refused creation that needs no event."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from midwatch.detectors._ages import older_than
from midwatch.detectors.common import condition, is_finished
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.meta import KubeObject
from midwatch.domain.kube.pods import Pod, PodTemplate
from midwatch.domain.kube.workloads import DaemonSet, Deployment, Job, ReplicaSet, StatefulSet
from midwatch.domain.resource import Ref
from midwatch.knowledge.templates import pod_templates

_SETTLED = 30


@dataclass(frozen=True, slots=True)
class Deficit:
    """`owner` (the object that creates the pods, below `workload`) wants `wanted` pods and has `have`.

    `waiting`: it holds back on purpose until a lower ordinal is ready.
    """

    owner: KubeObject
    workload: Ref
    template: PodTemplate
    wanted: int
    have: int
    waiting: bool = False


def deficits(inventory: Inventory) -> tuple[Deficit, ...]:
    """Every owner of pods that lacks some (an index: use it with `Inventory.derive`)."""
    every = (
        *_replica_sets(inventory),
        *_deployments(inventory),
        *_stateful_sets(inventory),
        *_daemon_sets(inventory),
        *_jobs(inventory),
    )
    return tuple(each for each in every if each.have < each.wanted and not each.owner.metadata.deletion_timestamp)


def is_settled(inventory: Inventory, found: Deficit) -> bool:
    """Whether its owner has had time to create pods, or its age is unknown."""
    return older_than(inventory, found.owner.metadata.creation_timestamp, _SETTLED, unknown=True)


def live_pods(inventory: Inventory, owner: Ref) -> list[Pod]:
    """Pods that an owner controls and that have not ended."""
    children = inventory.children.get(owner, ())
    return [each for each in children if isinstance(each, Pod) and not is_finished(each)]


def is_ready(pod: Pod) -> bool:
    """Whether a pod is ready; told by its condition, else by its containers."""
    found = condition(pod.status.conditions, "Ready")
    if found is not None:
        return found.status == "True"
    statuses = pod.status.container_statuses
    return pod.status.phase == "Running" and bool(statuses) and all(each.ready for each in statuses)


def _replica_sets(inventory: Inventory) -> Iterator[Deficit]:
    for each in inventory.all(ReplicaSet):
        wanted = 1 if each.spec.replicas is None else each.spec.replicas
        if wanted > each.status.replicas:
            have = max(each.status.replicas, len(live_pods(inventory, each.ref)))
            workload = inventory.workload(each)
            yield Deficit(each, workload, _template(inventory, each, workload), wanted, have)


def _template(inventory: Inventory, found: ReplicaSet, workload: Ref) -> PodTemplate:
    """The template; that of the workload where only a list or a description of another object tells of it."""
    if found.spec.template.spec.containers:
        return found.spec.template
    return inventory.derive(pod_templates).get(workload, found.spec.template)


def _deployments(inventory: Inventory) -> Iterator[Deficit]:
    """Only those whose ReplicaSets were not seen: theirs is the closer trace."""
    for each in inventory.all(Deployment):
        wanted = 1 if each.spec.replicas is None else each.spec.replicas
        if wanted > each.status.replicas and not each.spec.paused:
            children = inventory.children.get(each.ref, ())
            if not any(isinstance(child, ReplicaSet) for child in children):
                have = max(each.status.replicas, len(inventory.select(each.namespace, each.spec.selector)))
                yield Deficit(each, each.ref, each.spec.template, wanted, have)


def _stateful_sets(inventory: Inventory) -> Iterator[Deficit]:
    for each in inventory.all(StatefulSet):
        wanted = 1 if each.spec.replicas is None else each.spec.replicas
        if wanted > each.status.replicas:
            pods = live_pods(inventory, each.ref)
            have = max(each.status.replicas, len(pods))
            unready = each.status.ready_replicas < have or not all(map(is_ready, pods))
            waiting = unready and each.spec.pod_management_policy != "Parallel"
            yield Deficit(each, inventory.workload(each), each.spec.template, wanted, have, waiting)


def _daemon_sets(inventory: Inventory) -> Iterator[Deficit]:
    for each in inventory.all(DaemonSet):
        status = each.status
        if status.desired_number_scheduled > status.current_number_scheduled:
            have = status.current_number_scheduled
            yield Deficit(
                each, inventory.workload(each), each.spec.template, status.desired_number_scheduled, have
            )


def _jobs(inventory: Inventory) -> Iterator[Deficit]:
    for each in inventory.all(Job):
        if not (each.spec.suspend or each.status.completion_time is not None or is_ended(each)):
            have = max(each.status.active, len(live_pods(inventory, each.ref)))
            yield Deficit(each, inventory.workload(each), each.spec.template, _wanted_of_job(each), have)


def _wanted_of_job(job: Job) -> int:
    parallel = 1 if job.spec.parallelism is None else job.spec.parallelism
    if job.spec.completions is None:
        return 0 if job.status.succeeded else parallel
    return min(parallel, job.spec.completions - job.status.succeeded)


def is_ended(job: Job) -> bool:
    """Whether a Job completed or failed for good."""
    return any(each.status == "True" and each.type in ("Complete", "Failed") for each in job.status.conditions)
