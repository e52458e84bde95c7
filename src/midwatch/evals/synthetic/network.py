"""Services with what the endpoint controllers derive from them, Ingresses and NetworkPolicies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import cast

from midwatch.evals.synthetic.values import (
    Obj,
    digest,
    labels_of,
    meta,
    name_of,
    namespace_of,
    owner_of,
    part,
    parts,
    resource,
    suffix,
    text,
)


def port(number: int, target: int | str = 0, *, name: str = "http", protocol: str = "TCP") -> Obj:
    """A Service port."""
    return {"name": name, "protocol": protocol, "port": number, "targetPort": target or number}


def service(
    name: str,
    namespace: str,
    selector: Mapping[str, str] | None,
    ports: Sequence[Obj],
    *,
    created: datetime,
    ip: str = "",
    headless: bool = False,
    labels: Mapping[str, str] | None = None,
    status: Obj | None = None,
    **more: object,
) -> Obj:
    """A Service; `more` are further API fields of its spec (`type`, `externalName` ...)."""
    address = "None" if headless else ip or _cluster_ip(namespace, name)
    spec: Obj = {"clusterIP": address, "clusterIPs": [address]}
    if more.get("type") == "ExternalName":
        spec = {}
    spec |= {"type": "ClusterIP", **more}
    if selector:
        spec["selector"] = dict(selector)
    spec |= {"ports": list(ports), "sessionAffinity": "None", "internalTrafficPolicy": "Cluster"}
    spec |= {"ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack"}
    head = meta(name, namespace, created=created, labels=labels or selector, kind="Service")
    return {"apiVersion": "v1", "kind": "Service", "metadata": head, "spec": spec,
            "status": status or {"loadBalancer": {}}}  # fmt: skip


def _cluster_ip(namespace: str, name: str) -> str:
    raw = bytes.fromhex(digest(namespace, name, size=2))
    return f"10.{96 + raw[0] % 16}.{raw[1]}.{1 + raw[0] % 250}"


def settle(objects: Iterable[Obj]) -> list[Obj]:
    """EndpointSlices and Endpoints of every Service with a selector, from the pods among the objects."""
    found: list[Obj] = []
    pods: dict[tuple[str, str], list[Obj]] = {}
    services: list[Obj] = []
    for each in objects:
        if each["kind"] == "Pod" and part(each, "status").get("podIP"):
            for label, value in labels_of(each).items():
                pods.setdefault((namespace_of(each), f"{label}={value}"), []).append(each)
        elif each["kind"] == "Service" and part(each, "spec").get("selector"):
            services.append(each)
    for each in services:
        found += endpoints_of(each, _selected(each, pods))
    return found


def _selected(found: Obj, pods: Mapping[tuple[str, str], list[Obj]]) -> list[Obj]:
    wanted = cast("dict[str, str]", part(found, "spec", "selector"))
    lists = [pods.get((namespace_of(found), f"{key}={value}"), []) for key, value in wanted.items()]
    fewest = min(lists, key=len)
    return [each for each in fewest if wanted.items() <= labels_of(each).items()]


def endpoints_of(found: Obj, pods: Sequence[Obj]) -> list[Obj]:
    """The EndpointSlice and the Endpoints of a Service over its pods.

    A pod without a container port of the name that the Service targets has no place in either.
    """
    alive = [each for each in pods if part(each, "status")["phase"] in ("Running", "Pending")]
    ports = [(each, _target(each, alive)) for each in parts(part(found, "spec"), "ports")]
    if alive and any(number is None for _, number in ports):
        alive = []
    listed: list[Obj] = [
        {"name": each.get("name", ""), "port": number, "protocol": each.get("protocol", "TCP")}
        for each, number in ports
        if number is not None
    ]
    created = text(found, "metadata", "creationTimestamp")
    return [_slice(found, alive, listed, created), _endpoints(found, alive, listed, created)]


def _target(service_port: Obj, pods: Sequence[Obj]) -> int | None:
    wanted = service_port.get("targetPort")
    if isinstance(wanted, int):
        return wanted
    for each in pods[:1]:
        for container in parts(part(each, "spec"), "containers"):
            for own in parts(container, "ports"):
                if own.get("name") == wanted:
                    return cast("int", own["containerPort"])
    return None


def _slice(found: Obj, pods: Sequence[Obj], ports: Sequence[Obj], created: str) -> Obj:
    name, namespace = name_of(found), namespace_of(found)
    labels = {
        **labels_of(found),
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
        "kubernetes.io/service-name": name,
    }
    head: Obj = {
        "name": f"{name}-{suffix(5, namespace, name)}",
        "generateName": f"{name}-",
        "namespace": namespace,
    }
    head |= {"uid": _uid(namespace, name), "creationTimestamp": created, "labels": labels}
    head["ownerReferences"] = [owner_of(found)]
    listed = [_endpoint(each, namespace) for each in pods]
    return {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": head,
            "addressType": "IPv4", "endpoints": listed, "ports": list(ports) if pods else []}  # fmt: skip


def _uid(namespace: str, name: str) -> str:
    text_ = digest("slice", namespace, name)
    return f"{text_[:8]}-{text_[8:12]}-4{text_[13:16]}-a{text_[17:20]}-{text_[20:]}"


def _endpoint(each: Obj, namespace: str) -> Obj:
    ready = is_ready(each)
    ending = "deletionTimestamp" in part(each, "metadata")
    conditions = {"ready": ready and not ending, "serving": ready, "terminating": ending}
    return {
        "addresses": [part(each, "status")["podIP"]],
        "conditions": conditions,
        "targetRef": _reference(each, namespace),
        "nodeName": part(each, "spec")["nodeName"],
    }


def _reference(each: Obj, namespace: str) -> Obj:
    head = part(each, "metadata")
    return {"kind": "Pod", "namespace": namespace, "name": head["name"], "uid": head["uid"]}


def is_ready(found: Obj) -> bool:
    """Whether a pod's Ready condition is true."""
    return any(c["type"] == "Ready" and c["status"] == "True" for c in parts(part(found, "status"), "conditions"))


def _endpoints(found: Obj, pods: Sequence[Obj], ports: Sequence[Obj], created: str) -> Obj:
    name, namespace = name_of(found), namespace_of(found)
    subset: Obj = {}
    for key, ready in (("addresses", True), ("notReadyAddresses", False)):
        listed = [_address(each, namespace) for each in pods if is_ready(each) is ready]
        if listed:
            subset[key] = listed
    head: Obj = {"name": name, "namespace": namespace, "creationTimestamp": created, "labels": labels_of(found)}
    result: Obj = {"apiVersion": "v1", "kind": "Endpoints", "metadata": head}
    return result | {"subsets": [subset | {"ports": list(ports)}]} if subset else result


def _address(each: Obj, namespace: str) -> Obj:
    return {
        "ip": part(each, "status")["podIP"],
        "nodeName": part(each, "spec")["nodeName"],
        "targetRef": _reference(each, namespace),
    }


def ingress(
    name: str,
    namespace: str,
    host: str,
    paths: Sequence[tuple[str, str, int | str]],
    *,
    created: datetime,
    cls: str = "nginx",
    secret: str = "",
    address: str = "203.0.113.10",
) -> Obj:
    """An Ingress; `paths` are (path, Service, its port by number or name)."""
    backends = [
        {"path": path, "pathType": "Prefix", "backend": {"service": {"name": to, "port": _backend_port(number)}}}
        for path, to, number in paths
    ]
    spec: Obj = {"ingressClassName": cls, "rules": [{"host": host, "http": {"paths": backends}}]}
    if secret:
        spec["tls"] = [{"hosts": [host], "secretName": secret}]
    status: Obj = {"loadBalancer": {"ingress": [{"ip": address}]} if address else {}}
    return resource("networking.k8s.io/v1", "Ingress", name, namespace, created=created, spec=spec, status=status)


def _backend_port(port_: int | str) -> Obj:
    return {"number": port_} if isinstance(port_, int) else {"name": port_}


def policy(name: str, namespace: str, *, created: datetime, **spec: object) -> Obj:
    """A NetworkPolicy; `spec` are its API fields."""
    return resource("networking.k8s.io/v1", "NetworkPolicy", name, namespace, created=created, spec=spec)


def api_service(created: datetime, addresses: Sequence[str]) -> list[Obj]:
    """The Service `kubernetes` with its Endpoints, which the API servers write themselves."""
    labels = {"component": "apiserver", "provider": "kubernetes"}
    found = service(
        "kubernetes",
        "default",
        None,
        [port(443, 6443, name="https")],
        created=created,
        ip="10.96.0.1",
        labels=labels,
    )
    listed: Obj = {"name": "https", "port": 6443, "protocol": "TCP"}
    mirror = labels | {"endpointslice.kubernetes.io/skip-mirror": "true"}
    endpoints = resource(
        "v1", "Endpoints", "kubernetes", "default", created=created, labels=mirror,
        subsets=[{"addresses": [{"ip": each} for each in addresses], "ports": [listed]}],
    )  # fmt: skip
    slice_: Obj = {
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
        "metadata": meta("kubernetes", "default", created=created, kind="EndpointSlice",
                         labels={"kubernetes.io/service-name": "kubernetes"}),
        "addressType": "IPv4",
        "endpoints": [{"addresses": [each], "conditions": {"ready": True}} for each in addresses],
        "ports": [listed],
    }  # fmt: skip
    return [found, endpoints, slice_]
