from __future__ import annotations

from midwatch.lab.core.kinds import NODE, POD
from midwatch.lab.core.objects import condition_of, status, with_status
from tests.lab.scheduler.cluster_of import Lab


def test_room_on_a_new_node_is_used_after_the_back_off() -> None:
    lab = Lab()
    lab.node("node-1", cpu="1")
    lab.pod("web", cpu="2")
    lab.run()
    assert lab.where("web") == ""
    lab.node("node-2")
    lab.run(12)
    assert lab.where("web") == "node-2"


def test_a_pod_that_goes_makes_room() -> None:
    lab = Lab()
    lab.node("node-1", cpu="1")
    lab.pod("old")
    lab.run()
    lab.pod("new")
    lab.run()
    assert lab.where("new") == ""
    lab.env.registry.delete(POD, "shop", "old", grace=0)
    lab.run(12)
    assert lab.where("new") == "node-1"


def test_a_status_that_says_nothing_new_starts_no_attempt() -> None:
    lab = Lab()
    made = lab.node("node-1", cpu="1")
    lab.pod("web", cpu="2")
    lab.run(30)
    before = len(lab.events("FailedScheduling"))
    conditions = [{"type": "Ready", "status": "True"}]
    lab.env.registry.update_status(NODE, with_status(made, conditions=conditions))
    lab.run(30)
    assert len(lab.events("FailedScheduling")) == before == 1


def test_a_stopped_scheduler_places_nothing_until_it_runs_again() -> None:
    lab = Lab()
    lab.node("node-1")
    lab.env.components.stop("kube-scheduler")
    lab.pod("web")
    lab.run(60)
    assert (lab.where("web"), lab.why("web")) == ("", "")
    lab.env.components.start("kube-scheduler")
    lab.run()
    assert lab.where("web") == "node-1"


def test_a_pod_of_higher_priority_takes_the_place_of_a_lesser_one() -> None:
    lab = Lab()
    lab.node("node-1", cpu="1")
    lab.pod("batch", priority=0)
    lab.run()
    made = lab.pod("urgent", priority=1000)
    lab.run()
    victim = lab.env.store.demand(POD, "shop", "batch")
    target = condition_of(victim, "DisruptionTarget") or {}
    assert target["reason"] == "PreemptionByScheduler"
    assert lab.events("Preempted") == [f"Preempted by pod {made['metadata']['uid']} on node node-1"]
    assert status(lab.env.store.demand(POD, "shop", "urgent"))["nominatedNodeName"] == "node-1"
    lab.env.registry.delete(POD, "shop", "batch", grace=0)
    lab.run(12)
    assert lab.where("urgent") == "node-1"


def test_a_pod_that_never_preempts_says_so() -> None:
    lab = Lab()
    lab.node("node-1", cpu="1")
    lab.pod("batch")
    lab.run()
    lab.pod("polite", priority=1000, preemptionPolicy="Never")
    lab.run()
    assert lab.why("polite").endswith("preemption: not eligible due to preemptionPolicy=Never.")
    assert lab.where("batch") == "node-1"


def test_the_pods_of_a_set_spread_over_nodes() -> None:
    lab = Lab()
    for index in range(3):
        lab.node(f"node-{index}")
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "u1", "controller": True}
    container = {"name": "app", "resources": {"requests": {"cpu": "100m"}}}
    for index in range(6):
        head = {"labels": {"app": "web"}, "ownerReferences": [owner]}
        lab.add(POD, f"web-{index}", meta=head, spec={"containers": [container]})
    lab.run()
    assert [len(lab.env.store.pods_on(f"node-{index}")) for index in range(3)] == [2, 2, 2]
