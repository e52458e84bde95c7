"""A large cluster as typed objects: 10,000 pods of 500 Deployments on 200 nodes behind 1,000 Services."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from midwatch.domain.evidence import EvidenceState
from midwatch.domain.inventory import Inventory, build_inventory
from midwatch.domain.kube.kinds import BY_KIND, RESOURCE_TYPES
from midwatch.domain.kube.meta import KubeObject

NOW = datetime(2026, 1, 1, 3, 10, tzinfo=UTC)
_NAMESPACES = 20


def big_inventory(
    pods: int = 10_000, services: int = 1_000, deployments: int = 500, nodes: int = 200
) -> Inventory:
    """Every object is decoded for itself, as from an API server: nothing is shared between pods."""
    states = {each.kind: EvidenceState.OBSERVED for each in RESOURCE_TYPES}
    return build_inventory(_objects(pods, services, deployments, nodes), states, NOW)


def _objects(pods: int, services: int, deployments: int, nodes: int) -> Iterator[KubeObject]:
    for number in range(nodes):
        yield _make("Node", "", f"node-{number}", {})
    for number in range(deployments):
        yield from _application(number, services // deployments)
    for number in range(pods):
        yield _pod(number, number % deployments, f"node-{number % nodes}")


def _application(number: int, services: int) -> Iterator[KubeObject]:
    space, name = f"ns-{number % _NAMESPACES}", f"app-{number}"
    spec = {"replicas": 20, "selector": {"matchLabels": {"app": name}}, "template": _template(number)}
    yield _make("Deployment", space, name, spec)
    yield _make("ReplicaSet", space, f"{name}-1", spec, owner=("Deployment", name))
    yield _make("ConfigMap", space, f"{name}-config", None)
    yield _make("Secret", space, f"{name}-secret", None)
    yield _make("ServiceAccount", space, name, None)
    for each in range(services):
        ports = [{"port": 80, "targetPort": 8080}]
        yield _make("Service", space, f"{name}-{each}", {"selector": {"app": name}, "ports": ports})
    backend = {"service": {"name": f"{name}-0", "port": {"number": 80}}}
    rules = [{"host": f"{name}.example.org", "http": {"paths": [{"path": "/", "backend": backend}]}}]
    yield _make("Ingress", space, name, {"rules": rules})


def _pod(number: int, application: int, node: str) -> KubeObject:
    template = _template(application)
    name = f"app-{application}-1"
    return _make(
        "Pod",
        f"ns-{application % _NAMESPACES}",
        f"{name}-{number}",
        {**template["spec"], "nodeName": node},
        owner=("ReplicaSet", name),
        labels={"app": f"app-{application}", "tier": "web", "pod-template-hash": "1"},
    )


def _template(number: int) -> dict[str, dict[str, object]]:
    name = f"app-{number}"
    callee = f"http://app-{(number + _NAMESPACES) % 500}-0:80"
    container = {
        "name": "web",
        "image": f"registry.example.org/{name}:1",
        "env": [
            {"name": "NEXT_URL", "value": callee},
            {"name": "MODE", "value": "production"},
            {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": f"{name}-secret", "key": "token"}}},
        ],
        "envFrom": [{"configMapRef": {"name": f"{name}-config"}}],
        "volumeMounts": [{"name": "config", "mountPath": "/etc/app"}],
    }
    volumes = [
        {"name": "config", "configMap": {"name": f"{name}-config"}},
        {"name": "api", "projected": {"sources": [{"configMap": {"name": "kube-root-ca.crt"}}]}},
    ]
    spec: dict[str, object] = {"containers": [container], "volumes": volumes, "serviceAccountName": name}
    return {"metadata": {"labels": {"app": name, "tier": "web"}}, "spec": spec}


def _make(
    kind: str,
    namespace: str,
    name: str,
    spec: object,
    owner: tuple[str, str] | None = None,
    labels: dict[str, str] | None = None,
) -> KubeObject:
    owners = [{"kind": owner[0], "name": owner[1], "controller": True}] if owner else []
    metadata = {"name": name, "namespace": namespace, "ownerReferences": owners, "labels": labels or {}}
    raw = {"metadata": metadata} | ({"spec": spec} if spec is not None else {})
    return msgspec.json.decode(msgspec.json.encode(raw), type=BY_KIND[kind].struct)
