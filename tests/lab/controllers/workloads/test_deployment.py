"""Deployments roll out, stand still, roll back and scale as the real controller does."""

from __future__ import annotations

from midwatch.lab.core.kinds import DEPLOYMENT, POD, REPLICA_SET
from midwatch.lab.core.objects import annotations_of, condition_of, labels_of, name_of, spec, status
from tests.lab.controllers.workloads.hands import (
    HandKubelet,
    Quota,
    change,
    cluster,
    deployment,
    events,
    template,
    workload,
)


def test_a_new_deployment_becomes_available():
    env = cluster("n1")
    HandKubelet(env)
    env.registry.create(DEPLOYMENT, workload("cart", replicas=3))
    env.clock.run(30)
    found = deployment(env)
    (replica_set,) = env.store.list(REPLICA_SET)
    name = name_of(replica_set)
    assert status(found) | {"conditions": []} == {
        "observedGeneration": 1,
        "replicas": 3,
        "updatedReplicas": 3,
        "readyReplicas": 3,
        "availableReplicas": 3,
        "conditions": [],
    }
    available, progressing = condition_of(found, "Available"), condition_of(found, "Progressing")
    assert available
    assert available["reason"] == "MinimumReplicasAvailable"
    assert progressing
    assert progressing["reason"] == "NewReplicaSetAvailable"
    assert progressing["message"] == f'ReplicaSet "{name}" has successfully progressed.'
    assert annotations_of(found)["deployment.kubernetes.io/revision"] == "1"
    assert found["metadata"]["generation"] == 1
    assert labels_of(replica_set)["pod-template-hash"] == name.removeprefix("cart-")
    assert ("Normal", "ScalingReplicaSet", f"Scaled up replica set {name} from 0 to 3") in events(env, "cart")
    assert len([each for each in events(env, name) if each[1] == "SuccessfulCreate"]) == 3
    assert not env.components.crashes


def test_a_rolling_update_replaces_pods_within_its_bounds():
    env = cluster("n1")
    HandKubelet(env)
    env.registry.create(DEPLOYMENT, workload("cart", replicas=4))
    env.clock.run(30)
    change(env, DEPLOYMENT, "cart", template=template("cart", image="registry.example/app:2"))
    most = least = 4
    for _ in range(400):
        env.clock.run(0.1)
        pods = [each for each in env.store.list(POD) if "deletionTimestamp" not in each["metadata"]]
        ready = [each for each in pods if condition_of(each, "Ready")]
        most, least = max(most, len(pods)), min(least, len(ready))
    assert (most, least) == (5, 3)
    old, new = sorted(env.store.list(REPLICA_SET), key=lambda each: spec(each)["replicas"])
    assert (spec(old)["replicas"], spec(new)["replicas"]) == (0, 4)
    assert annotations_of(new)["deployment.kubernetes.io/revision"] == "2"
    assert not env.components.crashes


def test_a_bad_release_stands_still_until_the_deadline_and_undo_mends_it():
    env = cluster("n1")
    HandKubelet(env, lambda pod: spec(pod)["containers"][0]["image"].endswith(":2"))
    env.registry.create(DEPLOYMENT, workload("cart", replicas=4, progressDeadlineSeconds=60))
    env.clock.run(30)
    good = spec(deployment(env))["template"]
    change(env, DEPLOYMENT, "cart", template=template("cart", image="registry.example/app:2"))
    env.clock.run(50)
    found = deployment(env)
    progressing = condition_of(found, "Progressing")
    assert progressing
    assert (progressing["status"], progressing["reason"]) == ("True", "ReplicaSetUpdated")
    env.clock.run(60)
    found = deployment(env)
    bad = next(
        each
        for each in env.store.list(REPLICA_SET)
        if annotations_of(each)["deployment.kubernetes.io/revision"] == "2"
    )
    progressing = condition_of(found, "Progressing")
    assert progressing
    assert (progressing["status"], progressing["reason"]) == ("False", "ProgressDeadlineExceeded")
    assert progressing["message"] == f'ReplicaSet "{name_of(bad)}" has timed out progressing.'
    assert condition_of(found, "Available")["status"] == "True"  # type: ignore[index]
    assert status(found)["unavailableReplicas"] == 2
    change(env, DEPLOYMENT, "cart", template=good)
    env.clock.run(60)
    found = deployment(env)
    assert annotations_of(found)["deployment.kubernetes.io/revision"] == "3"
    first = next(each for each in env.store.list(REPLICA_SET) if spec(each)["replicas"])
    assert annotations_of(first)["deployment.kubernetes.io/revision-history"] == "1"
    assert condition_of(found, "Progressing")["reason"] == "NewReplicaSetAvailable"  # type: ignore[index]


def test_a_quota_stops_a_deployment_and_says_so_everywhere():
    env = cluster("n1")
    HandKubelet(env)
    env.registry.hooks.admission.append(Quota(env, 2))
    env.registry.create(DEPLOYMENT, workload("cart", replicas=4))
    env.clock.run(120)
    (replica_set,) = env.store.list(REPLICA_SET)
    failure = condition_of(replica_set, "ReplicaFailure")
    assert failure
    assert failure["reason"] == "FailedCreate"
    assert "is forbidden: exceeded quota: compute" in failure["message"]
    assert condition_of(deployment(env), "ReplicaFailure")["message"] == failure["message"]  # type: ignore[index]
    warned = [each for each in events(env, name_of(replica_set)) if each[1] == "FailedCreate"]
    assert warned[0][2].startswith('Error creating: pods "cart-')
    env.registry.hooks.admission.clear()
    env.clock.run(1000)
    assert condition_of(deployment(env), "ReplicaFailure") is None
    assert status(deployment(env))["readyReplicas"] == 4


def test_recreate_waits_until_the_old_pods_are_gone():
    env = cluster("n1")
    HandKubelet(env)
    env.registry.create(DEPLOYMENT, workload("cart", replicas=2, strategy={"type": "Recreate"}))
    env.clock.run(20)
    change(env, DEPLOYMENT, "cart", template=template("cart", image="registry.example/app:2"))
    for _ in range(200):
        env.clock.run(0.1)
        assert len({spec(each)["containers"][0]["image"] for each in env.store.list(POD)}) <= 1
    assert status(deployment(env))["updatedReplicas"] == 2
    assert status(deployment(env))["availableReplicas"] == 2


def test_a_paused_deployment_scales_but_does_not_roll():
    env = cluster("n1")
    HandKubelet(env)
    env.registry.create(DEPLOYMENT, workload("cart", replicas=2))
    env.clock.run(20)
    change(env, DEPLOYMENT, "cart", paused=True)
    env.clock.run(1)
    change(env, DEPLOYMENT, "cart", template=template("cart", image="registry.example/app:2"), replicas=3)
    env.clock.run(20)
    assert [spec(each)["containers"][0]["image"][-1] for each in env.store.list(POD)] == ["1", "1", "1"]
    progressing = condition_of(deployment(env), "Progressing")
    assert progressing
    assert (progressing["status"], progressing["reason"]) == ("Unknown", "DeploymentPaused")
    change(env, DEPLOYMENT, "cart", paused=False)
    env.clock.run(60)
    assert {spec(each)["containers"][0]["image"][-1] for each in env.store.list(POD)} == {"2"}


def test_scaling_in_the_middle_of_a_stuck_rollout_is_shared_in_proportion():
    env = cluster("n1")
    HandKubelet(env, lambda pod: spec(pod)["containers"][0]["image"].endswith(":2"))
    env.registry.create(DEPLOYMENT, workload("cart", replicas=10))
    env.clock.run(20)
    change(env, DEPLOYMENT, "cart", template=template("cart", image="registry.example/app:2"))
    env.clock.run(20)
    assert sorted(spec(each)["replicas"] for each in env.store.list(REPLICA_SET)) == [5, 8]
    change(env, DEPLOYMENT, "cart", replicas=15)
    env.clock.run(20)
    sizes = sorted(spec(each)["replicas"] for each in env.store.list(REPLICA_SET))
    assert sum(sizes) == 19
    assert sizes == [7, 12]


def test_old_replica_sets_are_kept_only_as_far_as_the_history_reaches():
    env = cluster("n1")
    HandKubelet(env)
    env.registry.create(DEPLOYMENT, workload("cart", replicas=1, revisionHistoryLimit=2))
    for version in range(1, 7):
        change(env, DEPLOYMENT, "cart", template=template("cart", image=f"registry.example/app:v{version}"))
        env.clock.run(30)
    assert len(env.store.list(REPLICA_SET)) == 3
    assert annotations_of(deployment(env))["deployment.kubernetes.io/revision"] == "6"


def test_pods_count_as_available_only_after_their_seconds():
    env = cluster("n1")
    HandKubelet(env)
    env.registry.create(DEPLOYMENT, workload("cart", replicas=1, minReadySeconds=30))
    env.clock.run(20)
    assert status(deployment(env))["readyReplicas"] == 1
    assert "availableReplicas" not in status(deployment(env))
    env.clock.run(20)
    assert status(deployment(env))["availableReplicas"] == 1


def test_nothing_happens_while_the_controller_manager_is_down():
    env = cluster("n1")
    HandKubelet(env)
    env.components.stop("kube-controller-manager")
    env.registry.create(DEPLOYMENT, workload("cart", replicas=1))
    env.clock.run(60)
    assert not env.store.list(REPLICA_SET)
    env.components.start("kube-controller-manager")
    env.clock.run(10)
    assert status(deployment(env))["readyReplicas"] == 1


def test_the_same_seed_gives_the_same_run():
    runs: list[list[tuple[str, str, str]]] = []
    for _ in range(2):
        env = cluster("n1")
        HandKubelet(env)
        env.registry.create(DEPLOYMENT, workload("cart", replicas=8))
        env.clock.run(20)
        change(env, DEPLOYMENT, "cart", replicas=3)
        env.clock.run(20)
        runs.append(events(env))
    assert runs[0] == runs[1]


def test_ten_times_the_pods_cost_about_ten_times_the_writes():
    spent: list[int] = []
    for count in (50, 500):
        env = cluster("n1")
        HandKubelet(env)
        before = env.store.revision
        env.registry.create(DEPLOYMENT, workload("cart", replicas=count))
        env.clock.run(60)
        spent.append(env.store.revision - before)
    assert spent[1] < 12 * spent[0]
