"""Defaults of pods and pod templates.

Source: kubernetes/pkg/apis/core/v1/defaults.go.
"""

from __future__ import annotations

from typing import Any

from midwatch.lab.core.objects import Obj
from midwatch.lab.schema.defaults.containers import bare_container, host_ports, requests_from_limits
from midwatch.lab.schema.defaults.filling import changed, each, filled
from midwatch.lab.schema.defaults.volumes import volume

_SPEC: dict[str, Any] = {
    "dnsPolicy": "ClusterFirst",
    "restartPolicy": "Always",
    "schedulerName": "default-scheduler",
    "securityContext": {},
    "terminationGracePeriodSeconds": 30,
}
_SPEC_KEYS = _SPEC.keys()


def pod(found: Obj) -> Obj:
    """A pod. Beyond what its spec has in a template, requests follow limits, and status starts as Pending."""
    found = changed(found, "spec", _own_spec)
    return found if found.get("status") else {**found, "status": {"phase": "Pending", "qosClass": quality(found)}}


def template_spec(found: Obj) -> Obj:
    """The pod spec of a template."""
    if not found.keys() >= _SPEC_KEYS:
        found = filled(found, _SPEC)
    account = found.get("serviceAccountName")
    if account and found.get("serviceAccount") != account:
        found = {**found, "serviceAccount": account}
    elif not account and found.get("serviceAccount"):
        found = {**found, "serviceAccountName": found["serviceAccount"]}
    if "volumes" in found:
        found = each(found, "volumes", volume)
    if "initContainers" in found:
        found = each(found, "initContainers", bare_container)
    if "ephemeralContainers" in found:
        found = each(found, "ephemeralContainers", bare_container)
    return each(found, "containers", bare_container)


def template(found: Obj) -> Obj:
    """A pod template."""
    if "metadata" not in found or "spec" not in found:
        found = {"metadata": {}, "spec": {}, **found}
    return changed(found, "spec", template_spec)


def _own_spec(found: Obj) -> Obj:
    found = template_spec(found)
    if "enableServiceLinks" not in found:
        found = {**found, "enableServiceLinks": True}
    found = each(each(found, "containers", requests_from_limits), "initContainers", requests_from_limits)
    if found.get("hostNetwork"):
        found = each(each(found, "containers", host_ports), "initContainers", host_ports)
    return found


def quality(found: Obj) -> str:
    """The QoS class of a pod. Source: kubernetes/pkg/apis/core/v1/helper/qos/qos.go (ComputePodQOS)."""
    spec: Obj = found.get("spec") or {}
    containers: list[Obj] = [*(spec.get("containers") or ()), *(spec.get("initContainers") or ())]
    guaranteed, anything = True, False
    for each_one in containers:
        resources: Obj = each_one.get("resources") or {}
        requests: Obj = _counted(resources.get("requests"))
        limits: Obj = _counted(resources.get("limits"))
        anything = anything or bool(requests) or bool(limits)
        if set(limits) != {"cpu", "memory"} or any(
            requests.get(key, limits[key]) != limits[key] for key in limits
        ):
            guaranteed = False
    if not anything:
        return "BestEffort"
    return "Guaranteed" if guaranteed else "Burstable"


def _counted(resources: Obj | None) -> Obj:
    found = (resources or {}).items()
    return {key: value for key, value in found if key in ("cpu", "memory") and value not in (0, "0")}
