"""Autoscalers in `autoscaling/v1`, which knows a share of the CPU only.

Source: kubernetes/pkg/apis/autoscaling/v1/conversion.go.
"""

from __future__ import annotations

from midwatch.lab.core.objects import Obj, part, spec, status


def _cpu(metrics: list[Obj], which: str) -> int | None:
    for each in metrics:
        resource: Obj = each.get("resource") or {}
        if resource.get("name") == "cpu":
            return part(resource, which).get("averageUtilization")
    return None


def hpa_outward(found: Obj) -> Obj:
    """A v2 autoscaler as v1 shows it."""
    body = {key: value for key, value in spec(found).items() if key not in ("metrics", "behavior")}
    target = _cpu(spec(found).get("metrics") or [], "target")
    if target is not None:
        body["targetCPUUtilizationPercentage"] = target
    state = {key: value for key, value in status(found).items() if key not in ("currentMetrics", "conditions")}
    current = _cpu(status(found).get("currentMetrics") or [], "current")
    if current is not None:
        state["currentCPUUtilizationPercentage"] = current
    return {**found, "apiVersion": "autoscaling/v1", "spec": body, "status": state}


def hpa_inward(found: Obj) -> Obj:
    """A v1 autoscaler as it is stored: the default target is 80 % of the CPU."""
    body = {key: value for key, value in spec(found).items() if key != "targetCPUUtilizationPercentage"}
    share = spec(found).get("targetCPUUtilizationPercentage", 80)
    target = {"type": "Utilization", "averageUtilization": share}
    body["metrics"] = [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]
    return {**found, "apiVersion": "autoscaling/v2", "spec": body}
