"""Nodes: their status, their life signs, and what they do when they run short."""

from __future__ import annotations

import pytest

from midwatch.domain.resource import Ref
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import LEASE, NODE, POD
from midwatch.lab.core.objects import Obj, condition_of, seconds, status
from midwatch.lab.world.disturbances import DiskFill, MemoryStress, NodeDown, PidStress
from midwatch.lab.world.programs import MI
from tests.lab.kubelet.bench import Bench, bench, program


def _condition(lab: Bench, kind: str, node: str = "node-1") -> tuple[str, str, str]:
    found = condition_of(lab.env.store.demand(NODE, "", node), kind)
    assert found is not None
    return found["status"], found["reason"], found["message"]


def _renewed(lab: Bench) -> float:
    found = lab.env.store.demand(LEASE, "kube-node-lease", "node-1")
    return lab.env.clock.now - seconds(found["spec"]["renewTime"])


def test_a_node_reports_itself_ready_and_renews_its_lease() -> None:
    lab = bench()
    lab.run(600)
    assert _condition(lab, "Ready") == ("True", "KubeletReady", "kubelet is posting ready status")
    assert _renewed(lab) < 20
    assert ("NodeReady", "Node node-1 status is now: NodeReady") in lab.events("node-1")


def test_a_stopped_kubelet_says_nothing_and_shows_no_logs() -> None:
    lab = bench()
    lab.pod()
    lab.run(30)
    assert lab.kubelets.logs("shop", "cart", "app")
    lab.env.components.stop("kubelet/node-1")
    lab.run(60)
    assert _renewed(lab) > 50
    with pytest.raises(ApiError, match="connect: connection refused"):
        lab.kubelets.logs("shop", "cart", "app")
    lab.pod("late")
    lab.run(30)
    assert lab.phase("late") in ("", "Pending")
    lab.env.components.start("kubelet/node-1")
    lab.run(30)
    assert lab.is_ready("late")
    assert _renewed(lab) < 30


def test_a_node_without_power_keeps_its_last_words_and_comes_back() -> None:
    lab = bench()
    lab.pod()
    lab.run(30)
    process, before = lab.process(), lab.app()
    outage = NodeDown("node-1")
    lab.env.world.disturb(outage)
    lab.run(120)
    assert not process.serving
    assert lab.app() == before
    with pytest.raises(ApiError, match="i/o timeout"):
        lab.kubelets.logs("shop", "cart", "app")
    lab.env.world.calm(outage)
    lab.run(60)
    assert lab.is_ready()
    assert lab.app()["restartCount"] == 1
    assert "SandboxChanged" in lab.reasons()
    assert "Rebooted" in lab.reasons("node-1")


def test_a_dead_container_runtime_is_noticed() -> None:
    lab = bench()
    lab.env.components.stop("container-runtime/node-1")
    lab.pod()
    lab.run(20)
    assert "FailedCreatePodSandBox" in lab.reasons()
    lab.run(240)
    ready, reason, message = _condition(lab, "Ready")
    assert (ready, reason) == ("False", "KubeletNotReady")
    assert message.startswith("[container runtime is down, PLEG is not healthy: pleg was last seen active 4m")
    assert message.endswith("s ago; threshold is 3m0s]")
    lab.env.components.start("container-runtime/node-1")
    lab.run(60)
    assert _condition(lab, "Ready")[0] == "True"
    assert lab.is_ready()


def test_a_broken_network_plugin_makes_the_node_unready_and_new_pods_wait() -> None:
    lab = bench()
    lab.env.components.stop("cni/node-1")
    lab.pod()
    lab.pod("host", hostNetwork=True)
    lab.run(40)
    words = "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady"
    assert _condition(lab, "Ready")[2].startswith(words)
    assert lab.phase() == "Pending"
    assert {"FailedCreatePodSandBox", "NetworkNotReady"} <= set(lab.reasons())
    assert lab.is_ready("host")
    lab.env.components.start("cni/node-1")
    lab.run(40)
    assert _condition(lab, "Ready")[0] == "True"
    assert lab.is_ready()


def test_a_node_short_of_memory_evicts_who_uses_more_than_it_asked_for() -> None:
    lab = bench(program(memory=1024 * MI))
    lab.pod("modest", container={"resources": {"requests": {"memory": "2Gi"}}})
    lab.pod("greedy", container={"resources": {"requests": {"memory": "100Mi"}}})
    lab.run(40)
    stress = MemoryStress(Ref("Node", "", "node-1"), 30.3 * 1024 * MI - 940 * MI)
    lab.env.world.disturb(stress)
    lab.run(30)
    assert _condition(lab, "MemoryPressure")[:2] == ("True", "KubeletHasInsufficientMemory")
    found = lab.get("greedy")
    assert (status(found)["phase"], status(found)["reason"]) == ("Failed", "Evicted")
    assert status(found)["message"].startswith(
        "The node was low on resource: memory. Threshold quantity: 100Mi, available: "
    )
    assert status(found)["message"].endswith(
        "Container app was using 1Gi, request is 100Mi, has larger consumption of memory. "
    )
    target = condition_of(found, "DisruptionTarget")
    assert target is not None
    assert target["reason"] == "TerminationByKubelet"
    assert lab.phase("modest") == "Running"
    assert "EvictionThresholdMet" in lab.reasons("node-1")
    lab.env.world.calm(stress)
    lab.run(400)
    assert _condition(lab, "MemoryPressure")[0] == "False"


def test_a_node_beyond_its_memory_has_the_kernel_kill() -> None:
    lab = bench(program(memory=1024 * MI))
    lab.pod()
    lab.run(40)
    lab.env.world.disturb(MemoryStress(Ref("Node", "", "node-1"), 33 * 1024 * MI))
    lab.run(11)
    assert "SystemOOM" in lab.reasons("node-1")


def test_a_full_disk_evicts_pods_and_refuses_new_ones() -> None:
    lab = bench()
    lab.pod()
    lab.run(30)
    lab.env.world.disturb(DiskFill(Ref("Node", "", "node-1"), 0.97))
    lab.run(30)
    assert _condition(lab, "DiskPressure") == ("True", "KubeletHasDiskPressure", "kubelet has disk pressure")
    assert {"EvictionThresholdMet", "FreeDiskSpaceFailed", "ImageGCFailed"} <= set(lab.reasons("node-1"))
    assert status(lab.get())["reason"] == "Evicted"
    lab.pod("late")
    lab.run(5)
    assert status(lab.get("late"))["message"] == "Pod was rejected: The node had condition: [DiskPressure]. "


def test_a_node_without_process_ids_says_so() -> None:
    lab = bench()
    lab.env.world.disturb(PidStress("node-1"))
    lab.run(30)
    assert _condition(lab, "PIDPressure")[:2] == ("True", "KubeletHasInsufficientPID")


@pytest.mark.parametrize(
    ("more", "reason", "message"),
    [
        (
            {"container": {"resources": {"requests": {"cpu": "6"}}}},
            "OutOfcpu",
            "Node didn't have enough resource: cpu, requested: 6000, used: 6000, capacity: 8000",
        ),
        (
            {"nodeSelector": {"disk": "ssd"}},
            "NodeAffinity",
            "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
        ),
        (
            {"container": {"ports": [{"containerPort": 8080, "hostPort": 80}]}},
            "NodePorts",
            "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
        ),
    ],
)
def test_a_node_refuses_what_does_not_fit(more: Obj, reason: str, message: str) -> None:
    lab = bench()
    first: Obj = {"resources": {"requests": {"cpu": "6"}}, "ports": [{"containerPort": 8080, "hostPort": 80}]}
    lab.pod("first", container=first)
    lab.run(20)
    lab.pod(**more)
    lab.run(5)
    found = status(lab.get())
    assert (found["phase"], found["reason"]) == ("Failed", reason)
    assert found["message"] == f"Pod was rejected: {message}"
    assert (reason, message) in lab.events()
    assert lab.is_ready("first")


def test_nodes_come_and_go() -> None:
    lab = bench(nodes=2)
    lab.pod(node="node-2")
    lab.run(20)
    process = lab.process()
    lab.env.registry.delete(NODE, "", "node-2")
    lab.run(5)
    assert not process.serving
    assert not lab.kubelets.readable("node-2")
    assert lab.env.store.get(POD, "shop", "cart") is not None
