"""Autoscalers, disruption budgets and priority classes."""

from __future__ import annotations

import re

from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text import kinds, labels
from midwatch.sources.kubectl_text.describe.common import COMMON
from midwatch.sources.kubectl_text.describe.grids import conditions
from midwatch.sources.kubectl_text.describe.sections import Handler, Section, fields, ignore, scalar, scalars
from midwatch.sources.kubectl_text.parsed import Obj, Reader
from midwatch.sources.kubectl_text.values import boolean, integer, port, put, text

_RESOURCE = re.compile(r'resource (\S+?)(?: of container "([^"]*)")? on pods\s*(\(as a percentage of request\))?:')
_NAMED = re.compile(
    r'"([^"]*)" (?:on (pods)|on (\S+)/(\S+) \(target (average )?value\)|\(target (average )?value\)):'
)
_UTILISATION = re.compile(r"(\d{1,9})%(?: \((\S+)\))?")
_PODS = re.compile(r"(\d{1,9}) current / (\d{1,9}) desired")


def _target(section: Section, obj: Obj, _reader: Reader) -> None:
    kind, _, name = section.value.strip().partition("/")
    version = kinds.of(kind).api_version
    made: Obj = {"apiVersion": version} if version else {}
    put(obj, "spec.scaleTargetRef", {**made, "kind": kind, "name": name})


def _metrics(section: Section, obj: Obj, reader: Reader) -> None:
    """`resource cpu on pods  (as a percentage of request):  93% (186m) / 80%` and the other sources."""
    specs: list[JSON] = []
    currents: list[JSON] = []
    for place, line in enumerate(section.body):
        shown = line.strip()
        resource, named = _RESOURCE.match(shown), _NAMED.match(shown)
        if resource:
            current, wanted = _amounts(shown[resource.end() :])
            _resource(resource, (current, wanted), specs, currents)
        elif named:
            _, wanted = _amounts(shown[named.end() :])
            specs.append(_custom(named, wanted))
        elif shown:
            section.odd(reader, [place])
    put(obj, "spec.metrics", specs)
    if currents:
        put(obj, "status.currentMetrics", currents)


def _amounts(shown: str) -> tuple[str, str]:
    current, _, wanted = shown.partition(" / ")
    return current.strip(), wanted.strip()


def _resource(match: re.Match[str], amounts: tuple[str, str], specs: list[JSON], currents: list[JSON]) -> None:
    current, wanted = amounts
    field = "containerResource" if match[2] else "resource"
    named: Obj = {"name": match[1], **({"container": match[2]} if match[2] else {})}
    form = field[0].upper() + field[1:]
    if match[3]:
        target: Obj = {"type": "Utilization"}
        percent = integer(wanted)
        if percent is not None:
            target["averageUtilization"] = percent
    else:
        target = {"type": "AverageValue", "averageValue": wanted}
    specs.append({"type": form, field: {**named, "target": target}})
    reading = _reading(current)
    if reading:
        currents.append({"type": form, field: {**named, "current": reading}})


def _reading(current: str) -> Obj | None:
    match = _UTILISATION.fullmatch(current)
    if match:
        value: Obj = {"averageValue": match[2]} if match[2] else {}
        return {"averageUtilization": int(match[1]), **value}
    return {"averageValue": current} if text(current) else None


def _custom(match: re.Match[str], wanted: str) -> Obj:
    name, pods, kind, described, object_average, external_average = match.groups()
    average = bool(pods or object_average or external_average)
    target: Obj = (
        {"type": "AverageValue", "averageValue": wanted} if average else {"type": "Value", "value": wanted}
    )
    metric: Obj = {"metric": {"name": name}, "target": target}
    if pods:
        return {"type": "Pods", "pods": metric}
    if kind:
        return {"type": "Object", "object": {**metric, "describedObject": {"kind": kind, "name": described}}}
    return {"type": "External", "external": metric}


def _sizes(section: Section, obj: Obj, _reader: Reader) -> None:
    match = _PODS.match(section.value)
    if match:
        put(obj, "status.currentReplicas", int(match[1]))
        put(obj, "status.desiredReplicas", int(match[2]))


def _percent(section: Section, obj: Obj, _reader: Reader) -> None:
    """autoscaling/v1 prints its only metric as a field."""
    wanted = integer(section.value)
    target: Obj = {"type": "Utilization", "averageUtilization": wanted}
    put(obj, "spec.metrics", [{"type": "Resource", "resource": {"name": "cpu", "target": target}}])


AUTOSCALER: dict[str, Handler] = {
    **COMMON,
    "Reference": _target,
    "Metrics": _metrics,
    "Target CPU utilization": _percent,
    "Current CPU utilization": ignore,
    "Min replicas": scalar("spec.minReplicas", integer),
    "Max replicas": scalar("spec.maxReplicas", integer),
    "Behavior": ignore,
    **{
        f"{kind} pods": _sizes
        for kind in ("Deployment", "ReplicaSet", "StatefulSet", "ReplicationController", "Rollout")
    },
    "Conditions": conditions(),
}


def _budget_status(section: Section, obj: Obj, reader: Reader) -> None:
    handlers = scalars(
        {
            "Allowed disruptions": ("status.disruptionsAllowed", integer),
            "Current": ("status.currentHealthy", integer),
            "Desired": ("status.desiredHealthy", integer),
            "Total": ("status.expectedPods", integer),
        }
    )
    fields(section, 4, handlers, obj, reader)


DISRUPTION_BUDGET: dict[str, Handler] = {
    **COMMON,
    "Min available": scalar("spec.minAvailable", port),
    "Max unavailable": scalar("spec.maxUnavailable", port),
    "Selector": scalar("spec.selector", labels.selector),
    "Status": _budget_status,
}
PRIORITY_CLASS: dict[str, Handler] = {
    **COMMON,
    "Value": scalar("value", integer),
    "GlobalDefault": scalar("globalDefault", boolean),
    "PreemptionPolicy": scalar("preemptionPolicy"),
    "Description": scalar("description"),
    "Annotations": scalar("metadata.annotations", labels.comma_pairs),
}
