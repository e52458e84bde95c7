"""A cluster whose telemetry answers on loopback."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

from midwatch.lab.core.env import Env, new_env
from midwatch.lab.core.kinds import DEPLOYMENT, NAMESPACE, NODE, POD
from midwatch.lab.core.objects import Obj
from midwatch.lab.core.runtime import Phase, Process
from midwatch.lab.telemetry import Telemetry
from midwatch.lab.world.images import Program
from midwatch.lab.world.world import World

START = 1_700_000_000.0


def cluster() -> Env:
    """A cluster with a namespace and a node."""
    env = new_env(World(), START)
    env.registry.create(NAMESPACE, {"metadata": {"name": "shop"}})
    env.registry.create(NAMESPACE, {"metadata": {"name": "kube-system"}})
    node: Obj = env.registry.create(NODE, {"metadata": {"name": "n1"}, "spec": {}})
    ready: Obj = {"type": "Ready", "status": "True"}
    address = {"type": "InternalIP", "address": "10.0.0.1"}
    env.registry.update_status(NODE, {**node, "status": {"conditions": [ready], "addresses": [address]}})
    return env


def add_pod(env: Env, name: str, *, waiting: str = "", ready: bool = True, namespace: str = "shop") -> Obj:
    """A pod on the node; `waiting` is the reason why its container waits."""
    container = {"name": "app", "image": "shop/app:1", "resources": {"limits": {"memory": "64Mi"}}}
    head = {"name": name, "namespace": namespace, "labels": {"app": name}}
    pod = env.registry.create(POD, {"metadata": head, "spec": {"nodeName": "n1", "containers": [container]}})
    return set_pod(env, pod, waiting=waiting, ready=ready)


def set_pod(env: Env, pod: Obj, *, waiting: str = "", ready: bool = True) -> Obj:
    """Its container waits for a reason, or runs."""
    state = {"waiting": {"reason": waiting}} if waiting else {"running": {"startedAt": "2023-11-14T22:13:20Z"}}
    found = {"name": "app", "ready": ready, "restartCount": 7 if waiting else 0, "state": state, "lastState": {}}
    conditions = [{"type": "Ready", "status": str(ready)}]
    status = {"phase": "Running", "containerStatuses": [found], "conditions": conditions, "podIP": "10.244.0.5"}
    return env.registry.update_status(POD, {**pod, "status": status})


def add_deployment(env: Env, name: str, wanted: int, available: int) -> Obj:
    """A Deployment with so many replicas wanted and available."""
    spec = {"replicas": wanted, "selector": {"matchLabels": {"app": name}}, "template": {}}
    head = {"name": name, "namespace": "shop"}
    found = env.registry.create(DEPLOYMENT, {"metadata": head, "spec": spec})
    status = {
        "replicas": wanted,
        "availableReplicas": available,
        "updatedReplicas": wanted,
        "observedGeneration": 1,
    }
    return env.registry.update_status(DEPLOYMENT, {**found, "status": status})


def process(pod: Obj) -> Process:
    """The running process of a pod's container."""
    head = pod["metadata"]
    return Process(
        pod_uid=head["uid"],
        namespace=head["namespace"],
        pod=head["name"],
        container="app",
        node="n1",
        ip="10.244.0.5",
        host_network=False,
        labels=head["labels"],
        service_account="default",
        image="shop/app:1",
        program=Program("app"),
        environment={},
        arguments=(),
        files={},
        started=START,
        phase=Phase.RUNNING,
    )


class Front:
    """The HTTP side of a telemetry."""

    def __init__(self, client: TestClient[Any, Any]) -> None:
        self.client = client

    async def get(self, path: str, **parameters: Any) -> Any:
        """The JSON answer, whatever its status."""
        async with self.client.get(path, params=parameters) as response:
            return await response.json(content_type=None)

    async def text(self, path: str, **parameters: Any) -> tuple[int, str]:
        """Status and text of an answer."""
        async with self.client.get(path, params=parameters) as response:
            return response.status, await response.text()

    async def vector(self, query: str) -> dict[str, float]:
        """The values of an instant query by their labels."""
        found = await self.get("/api/v1/query", query=query)
        rows = found["data"]["result"]
        return {
            ",".join(f"{key}={value}" for key, value in each["metric"].items()): float(each["value"][1])
            for each in rows
        }


@asynccontextmanager
async def serving(telemetry: Telemetry) -> AsyncGenerator[Front]:
    """The telemetry's application, on loopback."""
    async with TestClient(TestServer(telemetry.application())) as client:
        yield Front(client)
