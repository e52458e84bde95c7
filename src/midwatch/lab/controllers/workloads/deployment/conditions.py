"""Conditions of a Deployment.

Source: kubernetes/pkg/controller/deployment/util/deployment_util.go (SetDeploymentCondition).
"""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.lab.core.objects import Obj, seconds, stamp

AVAILABLE, PROGRESSING, FAILURE = "Available", "Progressing", "ReplicaFailure"


def find(conditions: Sequence[Obj], kind: str) -> Obj | None:
    """One of them by type."""
    return next((each for each in conditions if each["type"] == kind), None)


def without(conditions: Sequence[Obj], kind: str) -> list[Obj]:
    """All but one."""
    return [each for each in conditions if each["type"] != kind]


def put(conditions: Sequence[Obj], kind: str, status: str, reason: str, message: str, now: float) -> list[Obj]:
    """Add or replace one. The same status and reason is no change, whatever the message."""
    known = find(conditions, kind)
    if known is not None and known["status"] == status and known.get("reason") == reason:
        return list(conditions)
    moved = known["lastTransitionTime"] if known is not None and known["status"] == status else stamp(now)
    added = {"type": kind, "status": status, "lastUpdateTime": stamp(now), "lastTransitionTime": moved}
    return [*without(conditions, kind), {**added, "reason": reason, "message": message}]


def updated_at(condition: Obj) -> float:
    """When it was last written, in seconds since the epoch."""
    return seconds(condition.get("lastUpdateTime") or condition["lastTransitionTime"])
