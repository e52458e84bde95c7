"""Autoscalers and disruption budgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from midwatch.evals.synthetic.values import Obj, condition, resource


def autoscaler(
    name: str,
    namespace: str,
    target: str,
    created: datetime,
    *,
    replicas: int,
    least: int,
    most: int,
    use: int | None = 48,
    wanted: int | None = None,
    conditions: Sequence[Obj] | None = None,
) -> Obj:
    """An HPA on CPU over a Deployment, in the middle of its range unless `conditions` say otherwise."""
    metric: Obj = {"type": "Resource", "resource": {
        "name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}}  # fmt: skip
    spec: Obj = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": target},
        "minReplicas": least,
        "maxReplicas": most,
        "metrics": [metric],
    }
    status: Obj = {"currentReplicas": replicas, "desiredReplicas": replicas if wanted is None else wanted}
    status["lastScaleTime"] = f"{created + timedelta(hours=3):%Y-%m-%dT%H:%M:%SZ}"
    if use is not None:
        current = {"averageUtilization": use, "averageValue": f"{use}m"}
        status["currentMetrics"] = [{"type": "Resource", "resource": {"name": "cpu", "current": current}}]
    status["conditions"] = list(scaling_well(created) if conditions is None else conditions)
    return resource(
        "autoscaling/v2", "HorizontalPodAutoscaler", name, namespace, created=created, spec=spec, status=status
    )


def scaling_well(at: datetime) -> list[Obj]:
    """The conditions of an HPA that works."""
    able = "recent recommendations were higher than current one, applying the highest recent recommendation"
    source = "cpu resource utilization (percentage of request)"
    valid = f"the HPA was able to successfully calculate a replica count from {source}"
    within = "the desired count is within the acceptable range"
    return [
        condition("AbleToScale", "True", at, "ScaleDownStabilized", able),
        condition("ScalingActive", "True", at, "ValidMetricFound", valid),
        condition("ScalingLimited", "False", at, "DesiredWithinRange", within),
    ]


def budget(
    name: str,
    namespace: str,
    selector: Mapping[str, str],
    created: datetime,
    *,
    healthy: int,
    expected: int | None = None,
    **limit: int | str,
) -> Obj:
    """A PodDisruptionBudget over pods of which `healthy` are ready; it allows one disruption unless limited."""
    total = healthy if expected is None else expected
    needed = limit.get("minAvailable", total - int(limit.get("maxUnavailable", 1)))
    allowed = max(0, healthy - int(needed))
    limit = limit or {"maxUnavailable": 1}
    state, reason = ("True", "SufficientPods") if allowed else ("False", "InsufficientPods")
    allows = condition("DisruptionAllowed", state, created, reason, observedGeneration=1)
    status: Obj = {
        "observedGeneration": 1,
        "disruptionsAllowed": allowed,
        "currentHealthy": healthy,
        "desiredHealthy": needed,
        "expectedPods": total,
        "conditions": [allows],
    }
    spec: Obj = {"selector": {"matchLabels": dict(selector)}, **limit}
    return resource("policy/v1", "PodDisruptionBudget", name, namespace, created=created, spec=spec, status=status)
