"""One pod as an endpoint of a Service.

Source: k8s.io/endpointslice/utils.go (podToEndpoint, getEndpointPorts), kubernetes/pkg/api/v1/endpoints.
"""

from __future__ import annotations

from typing import TypeAlias

from midwatch.lab.core.kinds import NODE
from midwatch.lab.core.objects import (
    Obj,
    condition_of,
    is_deleted,
    labels_of,
    name_of,
    namespace_of,
    parts,
    spec,
    status,
    uid_of,
)
from midwatch.lab.core.store import Store

Ports: TypeAlias = tuple[tuple[str, int, str, str], ...]
"""Name, number, protocol and application protocol of each."""


def is_endpoint(pod: Obj, *, leaving: bool) -> bool:
    """Whether a pod counts at all; with `leaving`, also while it is being deleted."""
    found = status(pod)
    if found.get("phase") in ("Succeeded", "Failed") or not found.get("podIP"):
        return False
    return leaving or not is_deleted(pod)


def is_ready(pod: Obj) -> bool:
    """Whether the pod's Ready condition holds."""
    return (condition_of(pod, "Ready") or {}).get("status") == "True"


def endpoint(store: Store, pod: Obj, service: Obj) -> Obj:
    """The entry of a pod in an EndpointSlice."""
    serving, terminating = is_ready(pod), is_deleted(pod)
    ready = bool(spec(service).get("publishNotReadyAddresses")) or (serving and not terminating)
    found: Obj = {
        "addresses": [status(pod)["podIP"]],
        "conditions": {"ready": ready, "serving": serving, "terminating": terminating},
        "targetRef": reference(pod),
    }
    node = spec(pod).get("nodeName")
    if node:
        found["nodeName"] = node
        zone = labels_of(store.get(NODE, "", node) or {}).get("topology.kubernetes.io/zone")
        if zone:
            found["zone"] = zone
    host = hostname(pod, service)
    if host:
        found["hostname"] = host
    return found


def reference(pod: Obj) -> Obj:
    """How endpoints point to their pod."""
    return {"kind": "Pod", "namespace": namespace_of(pod), "name": name_of(pod), "uid": uid_of(pod)}


def hostname(pod: Obj, service: Obj) -> str:
    """The name of its own that a pod gets below a headless Service."""
    body = spec(pod)
    return body.get("hostname", "") if body.get("subdomain") == name_of(service) else ""


def ports_of(pod: Obj, service: Obj) -> Ports:
    """The ports of a Service at this pod: named target ports that the pod lacks are left out."""
    found: list[tuple[str, int, str, str]] = []
    for each in parts(spec(service), "ports"):
        number = _number(pod, each)
        if number is not None:
            protocol = each.get("protocol") or "TCP"
            found.append((each.get("name") or "", number, protocol, each.get("appProtocol") or ""))
    return tuple(found)


def _number(pod: Obj, port: Obj) -> int | None:
    target = port.get("targetPort") or port["port"]
    if isinstance(target, int):
        return target
    body = spec(pod)
    sidecars = [each for each in parts(body, "initContainers") if each.get("restartPolicy") == "Always"]
    for container in (*parts(body, "containers"), *sidecars):
        for each in parts(container, "ports"):
            if each.get("name") == target and (each.get("protocol") or "TCP") == (port.get("protocol") or "TCP"):
                return int(each["containerPort"])
    return None


def port_objects(ports: Ports) -> list[Obj]:
    """Ports as EndpointSlices and Endpoints carry them."""
    return [
        {
            "name": name,
            "port": number,
            "protocol": protocol,
            **({"appProtocol": application} if application else {}),
        }
        for name, number, protocol, application in ports
    ]


def differs(old: Obj, new: Obj) -> bool:
    """Whether a pod changed in what endpoints say of it."""
    before, after = status(old), status(new)
    return (
        before.get("podIP") != after.get("podIP")
        or before.get("phase") != after.get("phase")
        or is_ready(old) != is_ready(new)
        or is_deleted(old) != is_deleted(new)
        or spec(old).get("nodeName") != spec(new).get("nodeName")
        or labels_of(old) != labels_of(new)
    )
