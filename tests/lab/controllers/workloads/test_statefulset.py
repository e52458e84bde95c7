"""StatefulSets make, scale and update their pods one after the other."""

from __future__ import annotations

from midwatch.lab.core.kinds import CONTROLLER_REVISION, POD, PVC, STATEFUL_SET
from midwatch.lab.core.objects import labels_of, name_of, spec, status
from tests.lab.controllers.workloads.hands import HandKubelet, Quota, change, cluster, events, template, workload

CLAIM = {"metadata": {"name": "data"}, "spec": {"accessModes": ["ReadWriteOnce"]}}


def test_pods_are_made_in_order_with_their_claims():
    env = cluster("n1")
    HandKubelet(env)
    env.registry.create(STATEFUL_SET, workload("db", replicas=3, serviceName="db", volumeClaimTemplates=[CLAIM]))
    env.clock.run(1)
    assert [name_of(each) for each in env.store.list(POD)] == ["db-0"]
    env.clock.run(30)
    pods = env.store.list(POD)
    assert [name_of(each) for each in pods] == ["db-0", "db-1", "db-2"]
    assert [name_of(each) for each in env.store.list(PVC)] == ["data-db-0", "data-db-1", "data-db-2"]
    assert labels_of(pods[1])["apps.kubernetes.io/pod-index"] == "1"
    assert labels_of(pods[1])["statefulset.kubernetes.io/pod-name"] == "db-1"
    assert spec(pods[2])["volumes"][0]["persistentVolumeClaim"] == {"claimName": "data-db-2"}
    (found,) = env.store.list(STATEFUL_SET)
    (revision,) = env.store.list(CONTROLLER_REVISION)
    assert status(found) == {
        "observedGeneration": 1,
        "replicas": 3,
        "readyReplicas": 3,
        "currentReplicas": 3,
        "updatedReplicas": 3,
        "availableReplicas": 3,
        "currentRevision": name_of(revision),
        "updateRevision": name_of(revision),
        "collisionCount": 0,
    }
    said = [message for _, _, message in events(env, "db")]
    assert "create Claim data-db-0 Pod db-0 in StatefulSet db success" in said
    assert "create Pod db-2 in StatefulSet db successful" in said
    assert not env.components.crashes


def test_a_bad_update_stops_at_the_highest_pod_and_stays_stuck_after_the_template_is_mended():
    env = cluster("n1")
    kubelet = HandKubelet(env, lambda pod: spec(pod)["containers"][0]["image"].endswith(":2"))
    env.registry.create(STATEFUL_SET, workload("db", replicas=3))
    env.clock.run(30)
    change(env, STATEFUL_SET, "db", template=template("db", image="registry.example/app:2"))
    env.clock.run(60)
    images = {name_of(each): spec(each)["containers"][0]["image"][-1] for each in env.store.list(POD)}
    assert images == {"db-0": "1", "db-1": "1", "db-2": "2"}
    (found,) = env.store.list(STATEFUL_SET)
    assert (status(found)["currentReplicas"], status(found)["updatedReplicas"]) == (2, 1)
    assert status(found)["currentRevision"] != status(found)["updateRevision"]
    change(env, STATEFUL_SET, "db", template=template("db"))
    env.clock.run(60)
    images = {name_of(each): spec(each)["containers"][0]["image"][-1] for each in env.store.list(POD)}
    assert images["db-2"] == "2"
    env.registry.delete(POD, "shop", "db-2")
    env.clock.run(60)
    (found,) = env.store.list(STATEFUL_SET)
    assert status(found)["updatedReplicas"] == status(found)["readyReplicas"] == 3
    assert kubelet.env is env


def test_a_partition_keeps_lower_pods_and_scaling_down_goes_from_the_top():
    env = cluster("n1")
    HandKubelet(env)
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}
    env.registry.create(STATEFUL_SET, workload("db", replicas=3, updateStrategy=strategy))
    env.clock.run(30)
    change(env, STATEFUL_SET, "db", template=template("db", image="registry.example/app:2"))
    env.clock.run(60)
    images = {name_of(each): spec(each)["containers"][0]["image"][-1] for each in env.store.list(POD)}
    assert images == {"db-0": "1", "db-1": "1", "db-2": "2"}
    change(env, STATEFUL_SET, "db", replicas=1)
    env.clock.run(60)
    assert [name_of(each) for each in env.store.list(POD)] == ["db-0"]
    assert not env.components.crashes


def test_in_parallel_all_pods_are_made_at_once():
    env = cluster("n1")
    HandKubelet(env)
    env.registry.create(STATEFUL_SET, workload("db", replicas=3, podManagementPolicy="Parallel"))
    env.clock.run(1)
    assert len(env.store.list(POD)) == 3


def test_on_delete_only_deleted_pods_change():
    env = cluster("n1")
    HandKubelet(env)
    env.registry.create(STATEFUL_SET, workload("db", replicas=2, updateStrategy={"type": "OnDelete"}))
    env.clock.run(30)
    change(env, STATEFUL_SET, "db", template=template("db", image="registry.example/app:2"))
    env.clock.run(30)
    env.registry.delete(POD, "shop", "db-0")
    env.clock.run(30)
    images = {name_of(each): spec(each)["containers"][0]["image"][-1] for each in env.store.list(POD)}
    assert images == {"db-0": "2", "db-1": "1"}


def test_claims_outlive_the_set_unless_its_policy_says_otherwise():
    for policy, left in (("Retain", 2), ("Delete", 0)):
        env = cluster("n1")
        HandKubelet(env)
        retention = {"whenDeleted": policy, "whenScaled": "Retain"}
        body = workload(
            "db", replicas=2, volumeClaimTemplates=[CLAIM], persistentVolumeClaimRetentionPolicy=retention
        )
        env.registry.create(STATEFUL_SET, body)
        env.clock.run(30)
        env.registry.delete(STATEFUL_SET, "shop", "db")
        env.clock.run(30)
        assert not env.store.list(POD)
        assert len(env.store.list(PVC)) == left


def test_a_claim_goes_with_the_pod_that_is_scaled_away_when_the_policy_says_so():
    env = cluster("n1")
    HandKubelet(env)
    retention = {"whenDeleted": "Retain", "whenScaled": "Delete"}
    env.registry.create(
        STATEFUL_SET,
        workload("db", replicas=2, volumeClaimTemplates=[CLAIM], persistentVolumeClaimRetentionPolicy=retention),
    )
    env.clock.run(30)
    change(env, STATEFUL_SET, "db", replicas=1)
    env.clock.run(30)
    assert [name_of(each) for each in env.store.list(PVC)] == ["data-db-0"]


def test_a_quota_is_quoted_in_the_events_of_the_set():
    env = cluster("n1")
    HandKubelet(env)
    env.registry.hooks.admission.append(Quota(env, 1))
    env.registry.create(STATEFUL_SET, workload("db", replicas=2))
    env.clock.run(60)
    head = 'create Pod db-1 in StatefulSet db failed error: pods "db-1" is forbidden: exceeded quota'
    assert any(reason == "FailedCreate" and message.startswith(head) for _, reason, message in events(env, "db"))
    (found,) = env.store.list(STATEFUL_SET)
    assert status(found)["readyReplicas"] == 1
