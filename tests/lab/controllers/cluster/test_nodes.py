from __future__ import annotations

from midwatch.lab.core.kinds import NODE, POD
from midwatch.lab.core.objects import Obj, condition_of, is_deleted, parts, spec, with_spec
from tests.lab.controllers.cluster.hands import Lab

EVICTING = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


def tolerant(seconds: int) -> list[Obj]:
    """What admission gives every pod."""
    return [
        {"key": each, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": seconds}
        for each in EVICTING
    ]


def taints(lab: Lab, node: str) -> set[tuple[str, str]]:
    found = parts(spec(lab.get(NODE, node)), "taints")
    return {(each["key"].rpartition("/")[2], each["effect"]) for each in found}


def test_nodes_get_ranges_of_their_own() -> None:
    lab = Lab()
    lab.node("node-1")
    lab.node("node-2")
    lab.run()
    assert [spec(lab.get(NODE, each))["podCIDR"] for each in ("node-1", "node-2")] == [
        "10.244.0.0/24",
        "10.244.1.0/24",
    ]


def test_a_node_that_renews_its_lease_stays_as_it_is() -> None:
    lab = Lab()
    lab.node("node-1")
    lab.run(300)
    assert (condition_of(lab.get(NODE, "node-1"), "Ready") or {})["status"] == "True"
    assert taints(lab, "node-1") == set()


def test_a_silent_node_becomes_unknown_and_its_pods_not_ready() -> None:
    lab = Lab()
    lab.node("node-1")
    lab.node("node-2")
    lab.pod("web", nodeName="node-1", tolerations=tolerant(300))
    lab.ready("web", "10.244.0.2")
    lab.silent.add("node-1")
    lab.run(40)
    assert taints(lab, "node-1") == set()
    lab.run(40)
    ready = condition_of(lab.get(NODE, "node-1"), "Ready") or {}
    assert (ready["status"], ready["reason"]) == ("Unknown", "NodeStatusUnknown")
    assert ready["message"] == "Kubelet stopped posting node status."
    assert taints(lab, "node-1") == {("unreachable", "NoSchedule"), ("unreachable", "NoExecute")}
    assert lab.events("NodeNotReady") == ["Node node-1 status is now: NodeNotReady", "Node is not ready"]
    assert (condition_of(lab.get(POD, "web"), "Ready") or {})["status"] == "False"


def test_pods_are_evicted_when_their_toleration_ends() -> None:
    lab = Lab()
    lab.node("node-1")
    lab.node("node-2")
    lab.pod("web", nodeName="node-1", tolerations=tolerant(100))
    lab.pod("agent", nodeName="node-1", tolerations=[{"operator": "Exists"}])
    lab.silent.add("node-1")
    lab.run(120)
    assert not is_deleted(lab.get(POD, "web"))
    lab.run(80)
    assert is_deleted(lab.get(POD, "web"))
    assert not is_deleted(lab.get(POD, "agent"))
    assert lab.events("TaintManagerEviction") == ["Marking for deletion Pod shop/web"]
    target = condition_of(lab.get(POD, "web"), "DisruptionTarget") or {}
    assert target["reason"] == "DeletionByTaintManager"


def test_nobody_is_evicted_when_all_nodes_are_silent() -> None:
    lab = Lab()
    lab.node("node-1")
    lab.pod("web", nodeName="node-1", tolerations=tolerant(10))
    lab.silent.add("node-1")
    lab.run(300)
    assert taints(lab, "node-1") == {("unreachable", "NoSchedule")}
    assert not is_deleted(lab.get(POD, "web"))


def test_a_cordoned_node_is_tainted_until_it_is_open_again() -> None:
    lab = Lab()
    lab.node("node-1")
    lab.run()
    lab.env.registry.update(NODE, with_spec(lab.get(NODE, "node-1"), unschedulable=True))
    lab.run()
    assert taints(lab, "node-1") == {("unschedulable", "NoSchedule")}
    lab.env.registry.update(NODE, with_spec(lab.get(NODE, "node-1"), unschedulable=None))
    lab.run()
    assert taints(lab, "node-1") == set()
