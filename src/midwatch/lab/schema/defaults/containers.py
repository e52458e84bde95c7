"""Defaults of containers and their probes.

Source: kubernetes/pkg/apis/core/v1/defaults.go (SetDefaults_Container, SetDefaults_Probe ...).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from midwatch.lab.core.objects import Obj
from midwatch.lab.schema.defaults.filling import changed, each, filled
from midwatch.lab.world.images import split_reference

_CONTAINER = ("imagePullPolicy", "terminationMessagePath", "terminationMessagePolicy", "resources")
_PROBE: dict[str, Any] = {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3}
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def bare_container(found: Obj) -> Obj:
    """A container, as it stands in a template or pod."""
    for key in _CONTAINER:
        if key not in found:
            found = filled(found, _missing(found))
            break
    if "ports" in found:
        found = each(found, "ports", _port)
    if "env" in found:
        found = each(found, "env", _variable)
    for key in _PROBES:
        if key in found:
            found = changed(found, key, _probe)
    if "lifecycle" in found:
        found = changed(found, "lifecycle", _lifecycle)
    return found


def requests_from_limits(found: Obj) -> Obj:
    """A pod's container requests what it is limited to, unless it says otherwise."""
    resources: Obj = found.get("resources") or {}
    limits: Obj | None = resources.get("limits")
    if not limits:
        return found
    requests: Obj = resources.get("requests") or {}
    if requests.keys() >= limits.keys():
        return found
    return {**found, "resources": {**resources, "requests": {**limits, **requests}}}


def host_ports(found: Obj) -> Obj:
    """On the node's network, container ports are host ports."""
    return each(
        found, "ports", lambda port: port if port.get("hostPort") else {**port, "hostPort": port["containerPort"]}
    )


@lru_cache(maxsize=2048)
def pull_policy(image: str) -> str:
    """`Always` for the tag latest, `IfNotPresent` for others."""
    return "Always" if split_reference(image)[2] == "latest" else "IfNotPresent"


def _missing(found: Obj) -> dict[str, Any]:
    return {
        "imagePullPolicy": pull_policy(str(found.get("image") or "")),
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
        "resources": {},
    }


def _port(found: Obj) -> Obj:
    return found if found.get("protocol") else {**found, "protocol": "TCP"}


def _variable(found: Obj) -> Obj:
    return changed(found, "valueFrom", _source) if "valueFrom" in found else found


def _source(found: Obj) -> Obj:
    found = changed(found, "resourceFieldRef", lambda piece: filled(piece, {"divisor": "0"}))
    return changed(found, "fieldRef", field_version)


def field_version(found: Obj) -> Obj:
    """A reference to a field of the pod."""
    return found if found.get("apiVersion") else {"apiVersion": "v1", **found}


def _probe(found: Obj) -> Obj:
    if not (found.keys() >= _PROBE.keys()) or not all(found[key] for key in _PROBE):
        found = {**found, **{key: value for key, value in _PROBE.items() if not found.get(key)}}
    return _handler(found)


def _handler(found: Obj) -> Obj:
    if "httpGet" in found:
        found = changed(found, "httpGet", _http)
    if "grpc" in found:
        found = changed(found, "grpc", lambda piece: piece if "service" in piece else {**piece, "service": ""})
    return found


def _http(found: Obj) -> Obj:
    return found if found.get("path") and found.get("scheme") else filled(found, {"path": "/", "scheme": "HTTP"})


def _lifecycle(found: Obj) -> Obj:
    return changed(changed(found, "postStart", _handler), "preStop", _handler)
