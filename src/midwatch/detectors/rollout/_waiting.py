"""When a pod that is not ready is more than merely starting."""

from __future__ import annotations

from midwatch.detectors._ages import older_than
from midwatch.detectors._deficits import is_ready
from midwatch.detectors.common import condition
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.containers import ContainerStatus
from midwatch.domain.kube.pods import Pod

PATIENCE = 300
"""Seconds for which a pod may start, as long as nothing about it fails."""
_UNPLACED = 30
_STARTING = ("", "ContainerCreating", "PodInitializing")


def is_failing(inventory: Inventory, pod: Pod) -> bool:
    """Whether a pod fails visibly, or has not become ready in the usual time."""
    if is_ready(pod) or pod.status.phase == "Succeeded":
        return False
    if pod.status.phase == "Failed" or any(map(_has_failed, _statuses(pod))):
        return True
    placed = condition(pod.status.conditions, "PodScheduled")
    if placed is not None and placed.status == "False":
        return older_than(inventory, pod.metadata.creation_timestamp, _UNPLACED, unknown=True)
    return older_than(inventory, pod.metadata.creation_timestamp, PATIENCE, unknown=False)


def _statuses(pod: Pod) -> tuple[ContainerStatus, ...]:
    return (*pod.status.container_statuses, *pod.status.init_container_statuses)


def _has_failed(found: ContainerStatus) -> bool:
    waiting, ended = found.state.waiting, found.state.terminated
    if waiting is not None and waiting.reason not in _STARTING:
        return True
    if ended is not None and ended.exit_code != 0:
        return True
    return found.restart_count > 1 and not found.ready
