"""`metrics.k8s.io`: what `kubectl top` reads."""

from __future__ import annotations

import pytest

from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import API_SERVICE, ENDPOINT_SLICE, SERVICE
from midwatch.lab.core.objects import Obj
from tests.lab.api.conftest import Api
from tests.lab.api.test_pods import logging_pod, run

USE = "/apis/metrics.k8s.io/v1beta1"


@pytest.fixture
def metrics_server(env: Env) -> None:
    head = {"name": "metrics-server", "namespace": "kube-system"}
    env.registry.create(SERVICE, {"metadata": head, "spec": {"ports": [{"port": 443}]}})
    labels = {"kubernetes.io/service-name": "metrics-server"}
    points = [{"addresses": ["10.244.0.5"], "conditions": {"ready": True}}]
    part = {"addressType": "IPv4", "endpoints": points, "ports": [{"port": 10250}]}
    env.registry.create(ENDPOINT_SLICE, {"metadata": {**head, "labels": labels}, **part})
    body: Obj = {"service": head, "group": "metrics.k8s.io", "version": "v1beta1", "insecureSkipTLSVerify": True}
    body |= {"groupPriorityMinimum": 100, "versionPriority": 100}
    made = env.registry.create(API_SERVICE, {"metadata": {"name": "v1beta1.metrics.k8s.io"}, "spec": body})
    available(env, made, "True")


def available(env: Env, service: Obj, status: str) -> None:
    env.registry.update_status(
        API_SERVICE, {**service, "status": {"conditions": [{"type": "Available", "status": status}]}}
    )


async def test_without_an_api_service_there_is_no_such_group(api: Api) -> None:
    assert (await api.get(f"{USE}/nodes")).code == 404


@pytest.mark.usefixtures("metrics_server")
async def test_use_is_that_of_the_processes(api: Api) -> None:
    process = run(api.env, logging_pod(api.env))
    process.cpu, process.memory = 0.25, 64 * 1024 * 1024
    api.env.clock.run(2)
    assert (await api.get(f"{USE}/namespaces/shop/pods")).json["items"] == []
    api.env.clock.run(60)
    pods = (await api.get(f"{USE}/namespaces/shop/pods")).json["items"]
    assert pods[0]["containers"] == [{"name": "app", "usage": {"cpu": "250000000n", "memory": "65536Ki"}}]
    node = (await api.get(f"{USE}/nodes/node-1")).json
    assert int(node["usage"]["cpu"].removesuffix("n")) > 250_000_000
    assert (await api.get(f"{USE}/namespaces/shop/pods/none")).code == 404
    api.env.components.stop("kubelet/node-1")
    assert (await api.get(f"{USE}/nodes")).json["items"] == []


@pytest.mark.usefixtures("metrics_server")
async def test_a_stopped_metrics_server_is_a_503(api: Api) -> None:
    api.env.components.stop("metrics-server")
    reply = await api.get(f"{USE}/nodes")
    assert reply.code == 503
    assert reply.message.startswith("error trying to reach service: dial tcp 10.96.")
    service = api.env.store.demand(API_SERVICE, "", "v1beta1.metrics.k8s.io")
    available(api.env, service, "False")
    assert (await api.get(f"{USE}/nodes")).text == "service unavailable\n"
