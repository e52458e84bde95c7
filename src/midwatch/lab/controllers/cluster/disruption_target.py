"""The condition that says why a healthy pod is taken away."""

from __future__ import annotations

from midwatch.lab.core.objects import Obj, parts, set_condition, status, with_status


def with_disruption_target(pod: Obj, reason: str, message: str, now: float) -> Obj:
    """The pod with DisruptionTarget (kubernetes/pkg/api/v1/pod/util.go, UpdatePodCondition)."""
    wanted: Obj = {"type": "DisruptionTarget", "status": "True", "reason": reason, "message": message}
    conditions = set_condition(parts(status(pod), "conditions"), {**wanted, "lastProbeTime": None}, now)
    return with_status(pod, conditions=conditions)
