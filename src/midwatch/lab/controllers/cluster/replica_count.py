"""How many replicas the use of a resource calls for.

Source: kubernetes/pkg/controller/podautoscaler/replica_calculator.go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil

from midwatch.domain.quantity import parse_quantity
from midwatch.lab.controllers.cluster.pod_usage import MetricsError, usage
from midwatch.lab.core.env import Env
from midwatch.lab.core.objects import Obj, condition_of, is_deleted, name_of, part, parts, seconds, spec, status

TOLERANCE = 0.1  # --horizontal-pod-autoscaler-tolerance
_CPU_START, _READY_DELAY, _SAMPLE = 300.0, 30.0, 15.0
"""--horizontal-pod-autoscaler-cpu-initialization-period, -initial-readiness-delay; the window of one sample."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A replica count, with the average use per pod, and its share of the requests in percent when asked for."""

    replicas: int
    average: float
    utilization: int | None = None


@dataclass
class _Groups:
    ready: list[str] = field(default_factory=list[str])
    unready: list[str] = field(default_factory=list[str])
    missing: list[str] = field(default_factory=list[str])
    ignored: list[str] = field(default_factory=list[str])


def by_utilization(
    env: Env, pods: list[Obj], current: int, resource: str, target: int, container: str = ""
) -> Proposal:
    """Replicas for a share of the requests in percent. Raises `MetricsError`."""
    metrics, groups = _measured(env, pods, resource, container)
    requests = {name_of(each): _request(each, resource, container) for each in pods}

    def ratio(used: dict[str, float]) -> float:
        total = sum(requests[name] for name in used)
        if total <= 0:
            raise MetricsError("no metrics returned matched known pods")
        return int(sum(used.values()) * 100 / total + 1e-9) / target

    measured = dict(metrics)
    replicas = _replicas(measured, groups, current, ratio, requests)
    average = sum(metrics.values()) / len(metrics)
    return Proposal(replicas, average, round(ratio(metrics) * target))


def by_average(
    env: Env, pods: list[Obj], current: int, resource: str, target: float, container: str = ""
) -> Proposal:
    """Replicas for an average use per pod (cores or bytes). Raises `MetricsError`."""
    metrics, groups = _measured(env, pods, resource, container)

    def ratio(used: dict[str, float]) -> float:
        return sum(used.values()) / len(used) / target

    full = dict.fromkeys((name_of(each) for each in pods), target)
    replicas = _replicas(dict(metrics), groups, current, ratio, full)
    return Proposal(replicas, sum(metrics.values()) / len(metrics))


def _measured(env: Env, pods: list[Obj], resource: str, container: str) -> tuple[dict[str, float], _Groups]:
    metrics = usage(env, pods, resource, container)
    if not pods:
        raise MetricsError("no pods returned by selector while calculating replica count")
    groups = _group(env, pods, metrics, resource)
    for name in (*groups.unready, *groups.ignored):
        metrics.pop(name, None)
    if not metrics:
        raise MetricsError("did not receive metrics for targeted pods (pods might be unready)")
    return metrics, groups


def _replicas(
    metrics: dict[str, float],
    groups: _Groups,
    current: int,
    ratio: Callable[[dict[str, float]], float],
    full: dict[str, float],
) -> int:
    """The count, careful about pods that are not ready or have no metrics."""
    usage_ratio = ratio(metrics)
    rebalance = bool(groups.unready) and usage_ratio > 1.0
    if not rebalance and not groups.missing:
        if abs(1.0 - usage_ratio) <= TOLERANCE:
            return current
        return ceil(usage_ratio * len(groups.ready) - 1e-9)
    for name in groups.missing:
        if usage_ratio != 1.0:
            metrics[name] = full[name] if usage_ratio < 1.0 else 0.0
    if rebalance:
        metrics |= dict.fromkeys(groups.unready, 0.0)
    new_ratio = ratio(metrics)
    turned = (usage_ratio < 1.0 < new_ratio) or (usage_ratio > 1.0 > new_ratio)
    if abs(1.0 - new_ratio) <= TOLERANCE or turned:
        return current
    wanted = ceil(new_ratio * len(metrics) - 1e-9)
    against = (new_ratio < 1.0 and wanted > current) or (new_ratio > 1.0 and wanted < current)
    return current if against else wanted


def _group(env: Env, pods: list[Obj], metrics: dict[str, float], resource: str) -> _Groups:
    groups = _Groups()
    for pod in pods:
        name, phase = name_of(pod), status(pod).get("phase")
        if is_deleted(pod) or phase == "Failed":
            groups.ignored.append(name)
        elif phase == "Pending":
            groups.unready.append(name)
        elif name not in metrics:
            groups.missing.append(name)
        elif resource == "cpu" and _is_unready(pod, env.clock.now):
            groups.unready.append(name)
        else:
            groups.ready.append(name)
    return groups


def _is_unready(pod: Obj, now: float) -> bool:
    ready, started = condition_of(pod, "Ready"), status(pod).get("startTime")
    if ready is None or not started:
        return True
    changed = seconds(ready["lastTransitionTime"])
    if now < seconds(started) + _CPU_START:
        return ready.get("status") == "False" or now < changed + _SAMPLE
    return ready.get("status") == "False" and changed < seconds(started) + _READY_DELAY


def _request(pod: Obj, resource: str, container: str) -> float:
    sidecars = [each for each in parts(spec(pod), "initContainers") if each.get("restartPolicy") == "Always"]
    total = 0.0
    for each in (*parts(spec(pod), "containers"), *sidecars):
        if container not in ("", each["name"]):
            continue
        value = parse_quantity(part(each, "resources", "requests").get(resource))
        if value is None:
            raise MetricsError(f"missing request for {resource} in container {each['name']} of Pod {name_of(pod)}")
        total += value
    return total
