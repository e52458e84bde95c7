"""What a Job and its pods say, with the API's defaults.

Source: kubernetes/pkg/controller/job/job_controller.go, indexed_job_utils.go, backoff_utils.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.lab.controllers.workloads.shared.pods import phase_of
from midwatch.lab.core.objects import (
    Obj,
    annotations_of,
    created_at,
    is_deleted,
    meta,
    name_of,
    part,
    seconds,
    spec,
    status,
    uid_of,
)

FINALIZER = "batch.kubernetes.io/job-tracking"
INDEX = "batch.kubernetes.io/job-completion-index"


def is_indexed(job: Obj) -> bool:
    """Whether each completion has an index."""
    return spec(job).get("completionMode") == "Indexed"


def completions(job: Obj) -> int | None:
    """Wanted successes; None when any success ends it. Both absent means one."""
    found: int | None = spec(job).get("completions")
    return 1 if found is None and spec(job).get("parallelism") is None else found


def parallelism(job: Obj) -> int:
    """Most pods at a time."""
    found: int | None = spec(job).get("parallelism")
    return 1 if found is None else found


def backoff_limit(job: Obj) -> int:
    """Failed pods that are one too few to fail it."""
    found: int | None = spec(job).get("backoffLimit")
    return 6 if found is None else found


def is_suspended(job: Obj) -> bool:
    """Whether it should have no pods for now."""
    return bool(spec(job).get("suspend"))


def waits_for_failure(job: Obj) -> bool:
    """Whether a pod is replaced only when it has failed, not as soon as it is being deleted."""
    return spec(job).get("podReplacementPolicy") == "Failed" or bool(spec(job).get("podFailurePolicy"))


def finished(job: Obj) -> Obj | None:
    """Its final condition: Complete or Failed."""
    conditions: Sequence[Obj] = status(job).get("conditions") or ()
    return next(
        (each for each in conditions if each["type"] in ("Complete", "Failed") and each["status"] == "True"), None
    )


def is_tracked(pod: Obj) -> bool:
    """Whether a pod is not counted yet."""
    return FINALIZER in (meta(pod).get("finalizers") or ())


def has_failed(job: Obj, pod: Obj) -> bool:
    """Whether a pod counts as failed: one that is being deleted does, unless the Job waits for its end."""
    phase = phase_of(pod)
    if phase == "Failed":
        return True
    return not waits_for_failure(job) and is_deleted(pod) and phase != "Succeeded"


def index_of(pod: Obj) -> int:
    """The completion index of a pod; -1 without one."""
    text = annotations_of(pod).get(INDEX, "")
    return int(text) if text.isascii() and text.isdigit() else -1


def ended_at(pod: Obj) -> float:
    """When a pod's last container ended."""
    containers: Sequence[Obj] = status(pod).get("containerStatuses") or ()
    times = [part(each, "state", "terminated") for each in containers]
    ends = [seconds(each["finishedAt"]) for each in times if each.get("finishedAt")]
    if ends:
        return max(ends)
    gone = meta(pod).get("deletionTimestamp")
    return seconds(gone) if gone else created_at(pod)


def identity_labels(job: Obj) -> dict[str, str]:
    """The labels by which a Job's pods are known. Source: kubernetes/pkg/registry/batch/job/strategy.go."""
    return {
        "batch.kubernetes.io/controller-uid": uid_of(job),
        "batch.kubernetes.io/job-name": name_of(job),
        "controller-uid": uid_of(job),
        "job-name": name_of(job),
    }
