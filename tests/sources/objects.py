"""Small objects as the API server would send them."""

from __future__ import annotations

from midwatch.domain.json import JSON


def pod(name: str, namespace: str = "shop", *, restarts: int = 0, ready: bool = True) -> dict[str, JSON]:
    """A pod with one container, `app`."""
    container: dict[str, JSON] = {
        "name": "app",
        "ready": ready,
        "restartCount": restarts,
        "state": {"running": {}},
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "creationTimestamp": "2026-01-01T00:00:00Z"},
        "spec": {"containers": [{"name": "app", "image": "app:1"}]},
        "status": {"phase": "Running", "containerStatuses": [container]},
    }


def config_map(name: str, namespace: str = "shop") -> dict[str, JSON]:
    """A ConfigMap."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace},
        "data": {"greeting": "hello"},
    }


def secret(name: str, namespace: str = "shop", value: str = "aHVudGVyMg==") -> dict[str, JSON]:
    """A Secret whose value also sits in the annotation that `kubectl apply` leaves."""
    copied = f'{{"data":{{"password":"{value}"}}}}'
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": copied, "team": "shop"},
        },
        "type": "Opaque",
        "data": {"password": value},
    }


def event(name: str, last: str, namespace: str = "shop") -> dict[str, JSON]:
    """An event."""
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": namespace},
        "involvedObject": {"kind": "Pod", "namespace": namespace, "name": "web-0"},
        "reason": "BackOff",
        "lastTimestamp": last,
    }
