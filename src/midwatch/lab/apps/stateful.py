"""Backends as objects: a StatefulSet with its volume, its Services and its account."""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.lab.apps.backends import ENGINES
from midwatch.lab.apps.containers import resources
from midwatch.lab.apps.manifests import credentials, labels, selector, thing
from midwatch.lab.apps.parts import App, Backend
from midwatch.lab.core.objects import Obj

USER = 999


def backend_objects(app: App, backend: Backend) -> Iterator[Obj]:
    """All objects of one backend."""
    engine = ENGINES[backend.kind]
    account = f"{backend.name}-account"
    yield thing("v1", "ServiceAccount", app, backend.name, engine.tier)
    yield {**credentials(app, account, backend.name)}
    ports = [{"name": backend.kind, "port": engine.port, "targetPort": backend.kind}]
    body: Obj = {"selector": selector(backend.name), "ports": ports}
    yield thing("v1", "Service", app, backend.name, engine.tier, spec=body)
    headless = {**body, "clusterIP": "None"}
    yield thing("v1", "Service", app, f"{backend.name}-pods", engine.tier, spec=headless)
    yield thing("apps/v1", "StatefulSet", app, backend.name, engine.tier, spec=_set(app, backend, account))


def _set(app: App, backend: Backend, account: str) -> Obj:
    engine = ENGINES[backend.kind]
    head = {"labels": labels(app, backend.name, engine.tier)}
    body: Obj = {
        "serviceName": f"{backend.name}-pods",
        "replicas": 1,
        "selector": {"matchLabels": selector(backend.name)},
        "template": {"metadata": head, "spec": _pod(backend, account)},
    }
    if backend.gigabytes:
        claim = {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": f"{backend.gigabytes}Gi"}},
        }
        body["volumeClaimTemplates"] = [{"metadata": {"name": "data"}, "spec": claim}]
    return body


def _pod(backend: Backend, account: str) -> Obj:
    engine = ENGINES[backend.kind]
    probe: Obj = {"tcpSocket": {"port": backend.kind}, "periodSeconds": 10}
    found: Obj = {
        "name": backend.kind,
        "image": f"{engine.image}:{engine.tag}",
        "ports": [{"name": backend.kind, "containerPort": engine.port}],
        "env": _account(backend, account),
        "readinessProbe": probe,
        "livenessProbe": {**probe, "initialDelaySeconds": 20},
        "resources": resources(backend.size),
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    if backend.gigabytes:
        found["volumeMounts"] = [{"name": "data", "mountPath": engine.data}]
    guard = {
        "runAsNonRoot": True,
        "runAsUser": USER,
        "fsGroup": USER,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    return {
        "serviceAccountName": backend.name,
        "automountServiceAccountToken": False,
        "securityContext": guard,
        "containers": [found],
    }


def _account(backend: Backend, account: str) -> list[Obj]:
    engine = ENGINES[backend.kind]
    found: list[Obj] = []
    for variable, key in ((engine.user, "username"), (engine.password, "password")):
        if variable:
            found.append({"name": variable, "valueFrom": {"secretKeyRef": {"name": account, "key": key}}})
    if engine.database:
        found.append({"name": engine.database, "value": backend.database})
    return found
