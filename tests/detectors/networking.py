"""Manifests of small applications: a Deployment with a pod behind a Service."""

from __future__ import annotations

import json

from midwatch.domain.json import JSON


def deployment(
    name: str,
    *,
    port: int = 8080,
    env: dict[str, str] | None = None,
    replicas: int = 1,
    labels: dict[str, str] | None = None,
    spec: dict[str, JSON] | None = None,
    container: dict[str, JSON] | None = None,
    namespace: str = "shop",
) -> str:
    """A Deployment and its ReplicaSet."""
    labels = labels or {"app": name}
    template: JSON = {"metadata": {"labels": dict(labels)}, "spec": _spec(port, env, spec, container)}
    meta: dict[str, JSON] = {"name": name, "namespace": namespace}
    wanted: dict[str, JSON] = {
        "replicas": replicas,
        "selector": {"matchLabels": dict(labels)},
        "template": template,
    }
    owner: JSON = {"kind": "Deployment", "name": name, "controller": True}
    revision: dict[str, JSON] = {"name": f"{name}-1", "namespace": namespace, "ownerReferences": [owner]}
    return _documents(
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": wanted},
        {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": revision, "spec": wanted},
    )


def pod(
    name: str,
    *,
    ready: bool = True,
    port: int = 8080,
    env: dict[str, str] | None = None,
    labels: dict[str, str] | None = None,
    spec: dict[str, JSON] | None = None,
    container: dict[str, JSON] | None = None,
    address: str = "10.1.0.1",
    namespace: str = "shop",
    created: str = "2026-01-01T00:00:00Z",
) -> str:
    """A pod of the Deployment `name`."""
    owner: JSON = {"kind": "ReplicaSet", "name": f"{name}-1", "controller": True}
    meta: dict[str, JSON] = {
        "name": f"{name}-1-x",
        "namespace": namespace,
        "labels": {**(labels or {"app": name})},
        "ownerReferences": [owner],
        "creationTimestamp": created,
    }
    condition: JSON = {"type": "Ready", "status": str(ready), "lastTransitionTime": created}
    status: dict[str, JSON] = {"phase": "Running", "podIP": address, "conditions": [condition]}
    made: dict[str, JSON] = _spec(port, env, spec, container)
    return _documents({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": made, "status": status})


def service(
    name: str,
    *,
    port: int = 80,
    target: int | str = 8080,
    selector: dict[str, str] | None = None,
    namespace: str = "shop",
    **spec: JSON,
) -> str:
    """A Service of the application `name`."""
    meta: dict[str, JSON] = {"name": name, "namespace": namespace}
    wanted: dict[str, JSON] = {
        "type": "ClusterIP",
        "clusterIP": f"10.96.0.{sum(name.encode()) % 250}",
        "selector": dict({"app": name} if selector is None else selector),
        "ports": [{"port": port, "targetPort": target, "protocol": "TCP"}],
        **spec,
    }
    return _documents({"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": wanted})


def app(
    name: str, spec: dict[str, JSON] | None = None, *, env: dict[str, str] | None = None, ready: bool = True
) -> str:
    """A healthy application: Deployment, pod, Service on port 80."""
    parts = (deployment(name, env=env, spec=spec), pod(name, env=env, ready=ready, spec=spec), service(name))
    return "---\n".join(parts)


def config_map(name: str, *, namespace: str = "shop", **data: str) -> str:
    """A ConfigMap."""
    meta: dict[str, JSON] = {"name": name, "namespace": namespace}
    return _documents({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": dict(data)})


def _spec(
    port: int, env: dict[str, str] | None, spec: dict[str, JSON] | None, container: dict[str, JSON] | None
) -> dict[str, JSON]:
    variables: list[JSON] = [{"name": key, "value": value} for key, value in (env or {}).items()]
    made: dict[str, JSON] = {"name": "main", "image": "example.org/app:1", "env": variables}
    if port:
        made["ports"] = [{"containerPort": port, "protocol": "TCP"}]
    return {"containers": [{**made, **(container or {})}], "dnsPolicy": "ClusterFirst", **(spec or {})}


def _documents(*found: JSON) -> str:
    return "".join(f"---\n{json.dumps(each)}\n" for each in found)
