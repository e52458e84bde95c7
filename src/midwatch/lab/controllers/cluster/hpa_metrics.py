"""The metrics of a HorizontalPodAutoscaler, each turned into a replica count or a failure.

Source: kubernetes/pkg/controller/podautoscaler/horizontal.go (computeReplicasForMetric).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from midwatch.domain.quantity import parse_quantity
from midwatch.lab.controllers.cluster.pod_usage import MetricsError
from midwatch.lab.controllers.cluster.replica_count import Proposal, by_average, by_utilization
from midwatch.lab.core.env import Env
from midwatch.lab.core.objects import Obj, part

_NO_CUSTOM = (
    "unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered"
)


@dataclass(frozen=True, slots=True)
class Measured:
    """A proposal by one metric: how the metric is called, and its current value for the status."""

    replicas: int
    name: str
    current: Obj


@dataclass(frozen=True, slots=True)
class Failed:
    """A metric that cannot be had: the reason and text of the condition and event, and of the error as a whole."""

    reason: str
    message: str
    error: str


def measure(env: Env, pods: list[Obj], replicas: int, metric: Obj, namespace: str) -> Measured | Failed:
    """Look one metric up."""
    kind = metric["type"]
    if kind in ("Resource", "ContainerResource"):
        return _resource(env, pods, replicas, metric, kind)
    return _foreign(metric, kind, namespace)


def _resource(env: Env, pods: list[Obj], replicas: int, metric: Obj, kind: str) -> Measured | Failed:
    field = "resource" if kind == "Resource" else "containerResource"
    source: Obj = metric[field]
    resource, target, container = source["name"], part(source, "target"), source.get("container", "")
    try:
        if target.get("averageValue") is not None:
            value = parse_quantity(target["averageValue"]) or 0.0
            found = by_average(env, pods, replicas, resource, value, container)
            name = f"{resource} {'container ' if container else ''}resource"
        else:
            share = int(target["averageUtilization"])
            found = by_utilization(env, pods, replicas, resource, share, container)
            name = f"{resource} {'container ' if container else ''}resource utilization (percentage of request)"
    except MetricsError as error:
        what = "container resource" if container else "resource"
        short = f"failed to get {resource} utilization: {error}"
        reason = "FailedGetContainerResourceMetric" if container else "FailedGetResourceMetric"
        return Failed(reason, short, f"failed to get {resource} {what} metric value: {short}")
    head: Obj = {"name": resource, **({"container": container} if container else {})}
    return Measured(found.replicas, name, {"type": kind, field: {**head, "current": _current(resource, found)}})


def _current(resource: str, found: Proposal) -> Obj:
    milli = ceil(found.average * 1000 - 1e-9)
    value = f"{milli}m" if resource == "cpu" else str(int(found.average))
    share: Obj = {"averageUtilization": found.utilization} if found.utilization is not None else {}
    return {**share, "averageValue": value}


def _foreign(metric: Obj, kind: str, namespace: str) -> Failed:
    """Metrics that an adapter would serve; there is none in this cluster."""
    if kind == "External":
        name = metric["external"]["metric"]["name"]
        selector = metric["external"]["metric"].get("selector")
        shown = "nil" if selector is None else "&LabelSelector{MatchLabels:" + _go_map(selector) + ",}"
        why = (
            f"unable to get external metric {namespace}/{name}/{shown}: unable to fetch metrics from external "
            f"metrics API: the server could not find the requested resource (get {name}.external.metrics.k8s.io)"
        )
        return Failed("FailedGetExternalMetric", why, f"failed to get {name} external metric value: {why}")
    field, what = ("pods", "pods") if kind == "Pods" else ("object", "object")
    name = metric[field]["metric"]["name"]
    why = f"unable to get metric {name}: {_NO_CUSTOM}"
    if kind == "Object":
        described = metric["object"]["describedObject"]
        why = f"unable to get metric {name}: {described['kind']} on {namespace} {described['name']}/{_NO_CUSTOM}"
    return Failed(f"FailedGet{kind}Metric", why, f"failed to get {what} metric value: {why}")


def _go_map(selector: Obj) -> str:
    """A label selector's map as Go prints it."""
    inner = "".join(f"{key}: {value}," for key, value in sorted(part(selector, "matchLabels").items()))
    return f"map[string]string{{{inner}}},MatchExpressions:[]LabelSelectorRequirement{{}}"
