"""The pods of a Job, counted.

Source: kubernetes/pkg/controller/job/job_controller.go (syncJob, getNewFinishedPods).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from midwatch.lab.controllers.workloads.job.indexes import parse
from midwatch.lab.controllers.workloads.job.policy import judge
from midwatch.lab.controllers.workloads.job.reading import (
    completions,
    has_failed,
    index_of,
    is_indexed,
    is_tracked,
)
from midwatch.lab.controllers.workloads.shared.pods import is_active, is_ready, is_terminal, phase_of
from midwatch.lab.core.objects import Obj, is_deleted, status


@dataclass(frozen=True, slots=True)
class Census:
    """Active pods; those that ended and are not counted yet; totals with these; indexes that succeeded."""

    pods: list[Obj]
    active: list[Obj]
    new_succeeded: list[Obj]
    new_failed: list[Obj]
    succeeded: int
    failed: int
    done: frozenset[int]


def take(job: Obj, pods: Sequence[Obj]) -> Census:
    """Count a Job's pods."""
    fresh = [each for each in pods if is_tracked(each) and _is_valid(job, each)]
    succeeded = [each for each in fresh if phase_of(each) == "Succeeded"]
    failed = [each for each in fresh if has_failed(job, each)]
    done = frozenset(parse(status(job).get("completedIndexes") or "") | {index_of(each) for each in succeeded})
    before = int(status(job).get("succeeded") or 0)
    return Census(
        list(pods),
        [each for each in pods if is_active(each)],
        succeeded,
        failed,
        len(done) if is_indexed(job) else before + len(succeeded),
        int(status(job).get("failed") or 0) + sum(judge(job, each).counts for each in failed),
        done if is_indexed(job) else frozenset(),
    )


def ready(pods: Sequence[Obj]) -> int:
    """Active pods that are ready."""
    return sum(is_active(each) and is_ready(each) for each in pods)


def terminating(pods: Sequence[Obj]) -> int:
    """Pods that are being deleted and have not ended."""
    return sum(is_deleted(each) and not is_terminal(each) for each in pods)


def _is_valid(job: Obj, pod: Obj) -> bool:
    return not is_indexed(job) or 0 <= index_of(pod) < (completions(job) or 0)
