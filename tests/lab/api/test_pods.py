"""What can be done to pods: logs, evictions, bindings."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import PDB, POD
from midwatch.lab.core.objects import Obj, meta, uid_of
from midwatch.lab.core.runtime import Phase, Process
from midwatch.lab.world.images import Program
from tests.lab.api.conftest import START, Api, add_node, add_pod

POD_PATH = "/api/v1/namespaces/shop/pods/cart-0"
RUNNING: Obj = {"name": "app", "state": {"running": {}}, "lastState": {}}


def run(env: Env, pod: Obj, *, number: int = 0, container: str = "app") -> Process:
    process = Process(
        uid_of(pod), "shop", "cart-0", container, "node-1", "10.244.0.9", False, {}, "default", "x",
        Program("cart"), {}, (), {}, START, phase=Phase.RUNNING, run=number,
    )  # fmt: skip
    env.runtime.start(process)
    return process


def logging_pod(env: Env, status: Obj = RUNNING) -> Obj:
    add_node(env, "node-1")
    return add_pod(env, "cart-0", node="node-1", phase="Running", containerStatuses=[status])


async def test_logs_are_cut_as_asked(api: Api) -> None:
    process = run(api.env, logging_pod(api.env))
    for order in range(5):
        api.env.runtime.log(process, START + order, f"line {order}")
    api.env.clock.run(10)
    assert (await api.get(f"{POD_PATH}/log")).text.splitlines() == [f"line {order}" for order in range(5)]
    assert (await api.get(f"{POD_PATH}/log?tailLines=2")).text == "line 3\nline 4\n"
    assert (await api.get(f"{POD_PATH}/log?sinceSeconds=7")).text == "line 3\nline 4\n"
    assert (await api.get(f"{POD_PATH}/log?sinceTime=2026-01-01T00:00:04Z")).text == "line 4\n"
    assert (await api.get(f"{POD_PATH}/log?limitBytes=6")).text == "line 0"
    stamped = (await api.get(f"{POD_PATH}/log?timestamps=true&tailLines=1")).text
    assert stamped == "2026-01-01T00:00:04.000000000Z line 4\n"
    assert (await api.get(f"{POD_PATH}/log?tailLines=-1")).code == 422


async def test_logs_of_the_run_before_are_kept(api: Api) -> None:
    before = {"terminated": {"exitCode": 1, "containerID": "containerd://1"}}
    pod = logging_pod(api.env, {**RUNNING, "lastState": before})
    api.env.runtime.log(run(api.env, pod), START, "first run")
    api.env.runtime.log(run(api.env, pod, number=1), START, "second run")
    assert (await api.get(f"{POD_PATH}/log")).text == "second run\n"
    assert (await api.get(f"{POD_PATH}/log?previous=true")).text == "first run\n"


@pytest.mark.parametrize(
    ("status", "query", "message"),
    [
        (RUNNING, "?previous=true", 'previous terminated container "app" in pod "cart-0" not found'),
        (
            {"name": "app", "state": {"waiting": {"reason": "ContainerCreating"}}}, "",
            'container "app" in pod "cart-0" is waiting to start: ContainerCreating',
        ),
        (
            {"name": "app", "state": {"waiting": {"reason": "ImagePullBackOff"}}}, "",
            'container "app" in pod "cart-0" is waiting to start: trying and failing to pull image',
        ),
        ({"name": "other"}, "", 'container "app" in pod "cart-0" is not available'),
        (RUNNING, "?container=nope", "container nope is not valid for pod cart-0"),
    ],
)  # fmt: skip
async def test_logs_that_do_not_exist_are_refused(api: Api, status: Obj, query: str, message: str) -> None:
    logging_pod(api.env, status)
    reply = await api.get(f"{POD_PATH}/log{query}")
    assert (reply.code, reply.message) == (400, message)


async def test_one_of_several_containers_must_be_named(api: Api) -> None:
    add_node(api.env, "node-1")
    containers = [{"name": "a", "image": "x"}, {"name": "b", "image": "x"}]
    body: Obj = {"nodeName": "node-1", "containers": containers, "initContainers": [{"name": "i", "image": "x"}]}
    api.env.registry.create(POD, {"metadata": {"name": "cart-0", "namespace": "shop"}, "spec": body})
    assert (await api.get(f"{POD_PATH}/log")).message == (
        "a container name must be specified for pod cart-0, choose one of: [a b] "
        "or one of the init containers: [i]"
    )


async def test_logs_on_a_node_that_does_not_answer_fail(api: Api) -> None:
    logging_pod(api.env)
    api.env.components.stop("kubelet/node-1")
    reply = await api.get(f"{POD_PATH}/log")
    assert (reply.code, "connect: connection refused" in reply.message) == (500, True)


async def test_logs_are_followed_until_the_process_ends(api: Api) -> None:
    process = run(api.env, logging_pod(api.env))
    api.env.runtime.log(process, START, "one")
    async with api.watch(f"{POD_PATH}/log?follow=true", accept="*/*") as response:
        assert await response.content.readline() == b"one\n"
        api.env.runtime.log(process, START + 1, "two")
        assert await asyncio.wait_for(response.content.readline(), 10) == b"two\n"
        process.phase = Phase.EXITED
        assert await asyncio.wait_for(response.content.read(), 10) == b""


def budget(env: Env, name: str, **status: Any) -> Obj:
    body = {"selector": {"matchLabels": {"app": "cart"}}, "minAvailable": 2}
    made = env.registry.create(PDB, {"metadata": {"name": name, "namespace": "shop"}, "spec": body})
    known = {"observedGeneration": meta(made).get("generation", 1), "desiredHealthy": 2, "currentHealthy": 2}
    return env.registry.update_status(PDB, {**made, "status": {**known, "disruptionsAllowed": 0, **status}})


async def evict(api: Api, name: str = "cart-0") -> Any:
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": "shop"}}
    return await api.ask("POST", f"{POD_PATH}/eviction", body)


def ready_pod(env: Env) -> None:
    add_node(env, "node-1")
    ready = {"type": "Ready", "status": "True"}
    add_pod(env, "cart-0", node="node-1", phase="Running", conditions=[ready])


async def test_a_budget_without_slack_refuses_an_eviction(api: Api) -> None:
    ready_pod(api.env)
    budget(api.env, "cart")
    reply = await evict(api)
    assert (reply.code, reply.message) == (
        429,
        "Cannot evict pod as it would violate the pod's disruption budget.",
    )
    cause = reply.json["details"]["causes"][0]
    assert cause == {
        "reason": "DisruptionBudget",
        "message": "The disruption budget cart needs 2 healthy pods and has 2 currently",
    }
    assert "Retry-After" not in reply.headers


async def test_a_budget_that_was_not_processed_yet_asks_to_retry(api: Api) -> None:
    ready_pod(api.env)
    budget(api.env, "cart", observedGeneration=0)
    reply = await evict(api)
    assert (reply.code, reply.headers["Retry-After"]) == (429, "10")


async def test_an_eviction_uses_up_the_budget(api: Api) -> None:
    ready_pod(api.env)
    budget(api.env, "cart", disruptionsAllowed=1, currentHealthy=3)
    assert (await evict(api)).code == 201
    state = api.env.store.demand(PDB, "shop", "cart")["status"]
    assert (state["disruptionsAllowed"], list(state["disruptedPods"])) == (0, ["cart-0"])
    assert meta(api.env.store.demand(POD, "shop", "cart-0"))["deletionTimestamp"]


async def test_two_budgets_for_one_pod_are_an_error(api: Api) -> None:
    ready_pod(api.env)
    budget(api.env, "one", disruptionsAllowed=1)
    budget(api.env, "two", disruptionsAllowed=1)
    assert "more than one PodDisruptionBudget" in (await evict(api)).message


async def test_without_a_budget_pods_are_evicted(api: Api) -> None:
    ready_pod(api.env)
    assert (await evict(api)).json["status"] == "Success"
    assert (await evict(api, "other")).message == "name in URL does not match name in Eviction object"


async def test_a_pod_is_bound_once(api: Api) -> None:
    add_pod(api.env, "cart-0")
    body = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "cart-0"}, "target": {"name": "node-1"}}
    assert (await api.ask("POST", f"{POD_PATH}/binding", body)).code == 201
    assert api.env.store.demand(POD, "shop", "cart-0")["spec"]["nodeName"] == "node-1"
    again = await api.ask("POST", f"{POD_PATH}/binding", body)
    assert (again.code, "already assigned to node" in again.message) == (409, True)


async def test_there_is_nothing_to_open_a_shell_in(api: Api) -> None:
    add_pod(api.env, "cart-0")
    reply = await api.ask("POST", f"{POD_PATH}/exec?command=ls")
    assert (reply.code, reply.json["kind"]) == (501, "Status")
