"""What a pod's status says: kubernetes/pkg/api/v1/pod/util.go, kubernetes/pkg/controller/controller_utils.go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from midwatch.lab.core.objects import Obj, condition_of, is_deleted, seconds, status


def phase_of(pod: Mapping[str, Any]) -> str:
    """Its phase; Pending until a kubelet says otherwise."""
    return status(pod).get("phase") or "Pending"


def is_terminal(pod: Mapping[str, Any]) -> bool:
    """Whether all its containers ended for good."""
    return phase_of(pod) in ("Succeeded", "Failed")


def is_active(pod: Mapping[str, Any]) -> bool:
    """Whether it counts as one of its controller's pods: neither ended nor being deleted."""
    return not is_terminal(pod) and not is_deleted(pod)


def ready_since(pod: Mapping[str, Any]) -> float | None:
    """When it became ready, in seconds since the epoch; None while it is not."""
    ready = condition_of(pod, "Ready")
    if ready is None or ready.get("status") != "True":
        return None
    since = ready.get("lastTransitionTime")
    return seconds(since) if since else 0.0


def is_ready(pod: Mapping[str, Any]) -> bool:
    """Whether its Ready condition is true."""
    return ready_since(pod) is not None


def is_available(pod: Mapping[str, Any], min_ready: int, now: float) -> bool:
    """Whether it has been ready for `min_ready` seconds."""
    since = ready_since(pod)
    return since is not None and (min_ready == 0 or since + min_ready <= now)


def restarts(pod: Mapping[str, Any]) -> int:
    """The most restarts of any of its containers."""
    containers: Sequence[Obj] = status(pod).get("containerStatuses") or ()
    return max((int(each.get("restartCount") or 0) for each in containers), default=0)
