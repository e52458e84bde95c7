"""Make and remove a Job's pods.

Source: kubernetes/pkg/controller/job/job_controller.go (manageJob, deleteJobPods), indexed_job_utils.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.lab.controllers.workloads.job.census import Census, terminating
from midwatch.lab.controllers.workloads.job.reading import (
    FINALIZER,
    INDEX,
    completions,
    identity_labels,
    index_of,
    is_indexed,
    is_suspended,
    parallelism,
    waits_for_failure,
)
from midwatch.lab.controllers.workloads.shared.batches import slow_start
from midwatch.lab.controllers.workloads.shared.creation import (
    create_pod,
    delete_pod,
    is_namespace_ending,
    pod_from,
)
from midwatch.lab.controllers.workloads.shared.desk import Desk
from midwatch.lab.controllers.workloads.shared.ranking import Ranking
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import POD
from midwatch.lab.core.objects import Obj, annotations_of, labels_of, meta, name_of, spec, uid_of

_MOST = 500
"""Most pods made or deleted in one go (MaxPodCreateDeletePerSync)."""


def wanted_active(job: Obj, census: Census) -> int:
    """How many pods should be active."""
    limit = completions(job)
    if is_suspended(job):
        return 0
    if limit is None:
        return len(census.active) if census.succeeded else parallelism(job)
    return max(min(limit - census.succeeded, parallelism(job)), 0)


def surplus(job: Obj, census: Census, now: float) -> list[Obj]:
    """The active pods to remove: those that are too many, and of an index all but one."""
    doubled = _doubled(job, census) if is_indexed(job) and not is_suspended(job) else []
    over = len(census.active) - wanted_active(job, census) - len(doubled)
    gone = {uid_of(each) for each in doubled}
    left = [each for each in census.active if uid_of(each) not in gone]
    return [*doubled, *(Ranking().first(left, over, (), now) if over > 0 else [])][:_MOST]


def missing(job: Obj, census: Census) -> int:
    """How many pods to make."""
    leaving = terminating(census.pods) if waits_for_failure(job) else 0
    return min(max(wanted_active(job, census) - leaving - len(census.active), 0), _MOST)


def create(desk: Desk, job: Obj, census: Census, count: int) -> ApiError | None:
    """Make pods, slowly at first; the error that stopped it."""
    indexes = _pending(job, census, count) if is_indexed(job) else []
    total = len(indexes) if is_indexed(job) else count
    plain = _pod(job)

    def attempt(position: int) -> None:
        create_pod(desk, job, _indexed(job, plain, indexes[position]) if indexes else plain)

    error = slow_start(total, attempt)
    return None if error is not None and is_namespace_ending(error) else error


def remove(desk: Desk, job: Obj, pods: Sequence[Obj]) -> None:
    """Delete pods without counting them."""
    for each in pods:
        desk.registry.finalize(POD, each, FINALIZER)
        delete_pod(desk, job, each)


def _pod(job: Obj) -> Obj:
    template: Obj = spec(job).get("template") or {}
    finalizers = [*(meta(template).get("finalizers") or ()), FINALIZER]
    labels = {**identity_labels(job), **labels_of(template)}
    return pod_from(job, template, labels=labels, finalizers=finalizers)


def _indexed(job: Obj, pod: Obj, index: int) -> Obj:
    """Source: indexed_job_utils.go (addCompletionIndexEnvVariables)."""
    name = f"{name_of(job)}-{index}"
    head = {
        **meta(pod),
        "generateName": f"{name}-",
        "annotations": {**annotations_of(pod), INDEX: str(index)},
        "labels": {**labels_of(pod), INDEX: str(index)},
    }
    source = {"fieldRef": {"apiVersion": "v1", "fieldPath": f"metadata.labels['{INDEX}']"}}
    variable = {"name": "JOB_COMPLETION_INDEX", "valueFrom": source}
    body: Obj = {**spec(pod), "hostname": name}
    for each in ("containers", "initContainers"):
        if each in body:
            body[each] = [_with(container, variable) for container in body[each]]
    return {**pod, "metadata": head, "spec": body}


def _with(container: Obj, variable: Obj) -> Obj:
    known: list[Obj] = list(container.get("env") or ())
    if any(each["name"] == variable["name"] for each in known):
        return container
    return {**container, "env": [*known, variable]}


def _pending(job: Obj, census: Census, count: int) -> list[int]:
    taken = census.done | {index_of(each) for each in census.active}
    free = (each for each in range(completions(job) or 0) if each not in taken)
    return [each for each, _ in zip(free, range(count), strict=False)]


def _doubled(job: Obj, census: Census) -> list[Obj]:
    seen: set[int] = set()
    found: list[Obj] = []
    for each in census.active:
        index = index_of(each)
        if index in seen or not 0 <= index < (completions(job) or 0):
            found.append(each)
        seen.add(index)
    return found
