from __future__ import annotations

from typing import Any

import pytest

from midwatch.lab.core.kinds import POD
from midwatch.lab.core.objects import condition_of
from tests.lab.scheduler.cluster_of import Lab

PREEMPTION = "no new claims to deallocate, preemption: 0/{0} nodes are available: {0} "
NOT_HELPFUL = PREEMPTION + "Preemption is not helpful for scheduling."
NO_VICTIMS = PREEMPTION + "No preemption victims found for incoming pod."
SPREAD = {
    "maxSkew": 1,
    "topologyKey": "topology.kubernetes.io/zone",
    "whenUnsatisfiable": "DoNotSchedule",
    "labelSelector": {"matchLabels": {"app": "web"}},
}


def anti(app: str) -> dict[str, Any]:
    term = {"labelSelector": {"matchLabels": {"app": app}}, "topologyKey": "kubernetes.io/hostname"}
    return {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}


def test_a_pod_that_fits_is_bound_and_says_so() -> None:
    lab = Lab()
    lab.node("node-1")
    lab.pod("web")
    lab.run()
    assert lab.where("web") == "node-1"
    assert lab.events("Scheduled") == ["Successfully assigned shop/web to node-1"]
    placed = condition_of(lab.env.store.demand(POD, "shop", "web"), "PodScheduled") or {}
    assert placed["status"] == "True"


def test_reasons_are_counted_and_sorted_as_the_scheduler_does() -> None:
    lab = Lab()
    lab.node("node-1", cpu="2")
    lab.node("node-2", taints=[{"key": "dedicated", "value": "gpu", "effect": "NoSchedule"}])
    lab.node("node-3", unschedulable=True)
    lab.pod("big", cpu="3")
    lab.run()
    message = (
        "0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint {dedicated: gpu}, "
        "1 node(s) were unschedulable. " + NOT_HELPFUL.format(3)
    )
    assert lab.why("big") == message
    assert message in lab.events("FailedScheduling")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"nodeSelector": {"disk": "ssd"}}, "1 node(s) didn't match Pod's node affinity/selector"),
        (
            {"affinity": {"podAffinity": anti("db")["podAntiAffinity"]}},
            "1 node(s) didn't match pod affinity rules",
        ),
        (
            {"topologySpreadConstraints": [{**SPREAD, "topologyKey": "rack"}]},
            "1 node(s) didn't match pod topology spread constraints (missing required label)",
        ),
    ],
)
def test_what_a_pod_wants_and_no_node_has(body: dict[str, Any], reason: str) -> None:
    lab = Lab()
    lab.node("node-1")
    lab.pod("web", **body)
    lab.run()
    assert lab.why("web") == f"0/1 nodes are available: {reason}. {NOT_HELPFUL.format(1)}"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"affinity": anti("db")}, "1 node(s) didn't match pod anti-affinity rules"),
        (
            {"containers": [{"name": "app", "ports": [{"containerPort": 80, "hostPort": 8080}]}]},
            "1 node(s) didn't have free ports for the requested pod ports",
        ),
        (
            {"containers": [{"name": "app", "resources": {"requests": {"nvidia.com/gpu": "1"}}}]},
            "1 Insufficient nvidia.com/gpu",
        ),
    ],
)
def test_what_other_pods_have_taken(body: dict[str, Any], reason: str) -> None:
    lab = Lab()
    lab.node("node-1", allocatable={"nvidia.com/gpu": "1"})
    port = {"containerPort": 80, "hostPort": 8080}
    container = {"name": "db", "ports": [port], "resources": {"requests": {"nvidia.com/gpu": "1"}}}
    lab.pod("db", containers=[container])
    lab.run()
    lab.pod("web", **body)
    lab.run()
    assert lab.why("web") == f"0/1 nodes are available: {reason}. {NO_VICTIMS.format(1)}"


def test_a_pod_that_repels_others_keeps_them_off_its_node() -> None:
    lab = Lab()
    lab.node("node-1")
    lab.pod("lonely", affinity=anti("web"))
    lab.run()
    lab.pod("web")
    lab.run()
    assert "1 node(s) didn't satisfy existing pods anti-affinity rules." in lab.why("web")


def test_a_full_node_has_too_many_pods() -> None:
    lab = Lab()
    lab.node("node-1", allocatable={"pods": "1"})
    lab.pod("one", cpu="100m")
    lab.run()
    lab.pod("two", cpu="100m")
    lab.run()
    assert "1 Too many pods." in lab.why("two")


def test_a_spread_that_would_get_too_uneven_waits() -> None:
    lab = Lab()
    lab.node("node-a", zone="a")
    lab.node("node-b", zone="b", cpu="1")
    for index in range(4):
        lab.pod(f"web-{index}", labels={"app": "web"}, topologySpreadConstraints=[SPREAD])
        lab.run()
    waiting = [each for each in range(4) if not lab.where(f"web-{each}")]
    assert waiting == [3]
    assert "1 Insufficient cpu, 1 node(s) didn't match pod topology spread constraints." in lab.why("web-3")


def test_without_nodes_there_is_nothing_to_count() -> None:
    lab = Lab()
    lab.pod("web")
    lab.run()
    assert lab.why("web") == "no nodes available to schedule pods"


def test_gates_hold_a_pod_back_until_they_are_gone() -> None:
    lab = Lab()
    lab.node("node-1")
    made = lab.pod("web", schedulingGates=[{"name": "shop/ready"}])
    lab.run()
    placed = condition_of(lab.env.store.demand(POD, "shop", "web"), "PodScheduled") or {}
    assert (placed["reason"], lab.where("web")) == ("SchedulingGated", "")
    body = {key: value for key, value in made["spec"].items() if key != "schedulingGates"}
    lab.env.registry.update(POD, {**lab.env.store.demand(POD, "shop", "web"), "spec": body})
    lab.run()
    assert lab.where("web") == "node-1"


def test_other_schedulers_pods_are_left_alone() -> None:
    lab = Lab()
    lab.node("node-1")
    lab.pod("web", schedulerName="volcano")
    lab.run()
    assert (lab.where("web"), lab.why("web")) == ("", "")
