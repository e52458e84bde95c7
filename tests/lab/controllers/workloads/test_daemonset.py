"""DaemonSets put one pod on each node that suits them."""

from __future__ import annotations

from midwatch.lab.controllers.workloads.daemonset.placement import target_of
from midwatch.lab.core.kinds import DAEMON_SET, NODE, POD
from midwatch.lab.core.objects import Obj, spec, status, with_spec
from tests.lab.controllers.workloads.hands import (
    HandKubelet,
    change,
    cluster,
    ended,
    events,
    node,
    template,
    workload,
)


class Placing(HandKubelet):
    """Binds each pod to the node that its affinity names."""

    def _run(self, pod: Obj) -> None:
        found = self.env.store.get(POD, "shop", pod["metadata"]["name"])
        if found is not None and not spec(found).get("nodeName"):
            self.env.store.replace(POD, with_spec(found, nodeName=target_of(found)))
        super()._run(pod)


def test_every_node_gets_a_pod_and_a_new_node_too():
    env = cluster()
    Placing(env)
    for name in ("n1", "n2"):
        node(env, name)
    env.registry.create(DAEMON_SET, workload("agent"))
    env.clock.run(10)
    node(env, "n3")
    env.clock.run(10)
    (found,) = env.store.list(DAEMON_SET)
    assert status(found) == {
        "observedGeneration": 1,
        "currentNumberScheduled": 3,
        "numberMisscheduled": 0,
        "desiredNumberScheduled": 3,
        "numberReady": 3,
        "updatedNumberScheduled": 3,
        "numberAvailable": 3,
    }
    assert sorted(map(target_of, env.store.list(POD))) == ["n1", "n2", "n3"]
    keys = [each["key"] for each in spec(env.store.list(POD)[0])["tolerations"]]
    assert "node.kubernetes.io/unschedulable" in keys
    assert not env.components.crashes


def test_a_taint_leaves_running_pods_misscheduled_and_keeps_new_ones_away():
    env = cluster()
    Placing(env)
    first = node(env, "n1")
    env.registry.create(DAEMON_SET, workload("agent"))
    env.clock.run(10)
    taint = {"key": "gpu", "value": "yes", "effect": "NoSchedule"}
    env.registry.update(NODE, with_spec(first, taints=[taint]))
    node(env, "n2", taints=[taint])
    env.clock.run(10)
    (found,) = env.store.list(DAEMON_SET)
    assert (status(found)["desiredNumberScheduled"], status(found)["numberMisscheduled"]) == (0, 1)
    assert len(env.store.list(POD)) == 1


def test_a_cordoned_node_keeps_its_daemon():
    env = cluster()
    Placing(env)
    taint = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
    node(env, "n1", unschedulable=True, taints=[taint])
    env.registry.create(DAEMON_SET, workload("agent"))
    env.clock.run(10)
    assert len(env.store.list(POD)) == 1


def test_a_bad_update_takes_one_node_and_goes_no_further():
    env = cluster()
    Placing(env, lambda pod: spec(pod)["containers"][0]["image"].endswith(":2"))
    for name in ("n1", "n2", "n3"):
        node(env, name)
    env.registry.create(DAEMON_SET, workload("agent"))
    env.clock.run(10)
    change(env, DAEMON_SET, "agent", template=template("agent", image="registry.example/app:2"))
    env.clock.run(120)
    (found,) = env.store.list(DAEMON_SET)
    assert (status(found)["updatedNumberScheduled"], status(found)["numberUnavailable"]) == (1, 1)
    change(env, DAEMON_SET, "agent", template=template("agent", image="registry.example/app:3"))
    env.clock.run(120)
    (found,) = env.store.list(DAEMON_SET)
    assert (status(found)["updatedNumberScheduled"], status(found)["numberReady"]) == (3, 3)


def test_a_failed_daemon_is_replaced_with_an_event():
    env = cluster()
    Placing(env)
    node(env, "n1")
    env.registry.create(DAEMON_SET, workload("agent"))
    env.clock.run(10)
    (pod,) = env.store.list(POD)
    ended(env, pod, "Failed", 1)
    env.clock.run(10)
    assert any(reason == "FailedDaemonPod" for _, reason, _ in events(env, "agent"))
    (again,) = env.store.list(POD)
    assert again["metadata"]["name"] != pod["metadata"]["name"]


def test_with_surge_the_new_pod_is_ready_before_the_old_one_goes():
    env = cluster()
    Placing(env)
    for name in ("n1", "n2"):
        node(env, name)
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}
    env.registry.create(DAEMON_SET, workload("agent", updateStrategy=strategy))
    env.clock.run(10)
    change(env, DAEMON_SET, "agent", template=template("agent", image="registry.example/app:2"))
    for _ in range(300):
        env.clock.run(0.1)
        assert status(env.store.list(DAEMON_SET)[0])["numberReady"] == 2
    (found,) = env.store.list(DAEMON_SET)
    assert status(found)["updatedNumberScheduled"] == 2
    assert len(env.store.list(POD)) == 2


def test_a_node_selector_moves_the_daemon_with_the_label():
    env = cluster()
    Placing(env)
    first = node(env, "n1")
    env.registry.create(DAEMON_SET, workload("agent", pod=template("agent", nodeSelector={"disk": "ssd"})))
    env.clock.run(10)
    assert not env.store.list(POD)
    labels = {**first["metadata"]["labels"], "disk": "ssd"}
    first = env.registry.update(NODE, {**first, "metadata": {**first["metadata"], "labels": labels}})
    env.clock.run(10)
    assert len(env.store.list(POD)) == 1
    env.registry.update(NODE, {**first, "metadata": {**first["metadata"], "labels": {}}})
    env.clock.run(10)
    assert not env.store.list(POD)
