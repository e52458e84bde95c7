"""Quotas: what counts, what is refused, and what the status says."""

from __future__ import annotations

import pytest

from midwatch.lab.core.kinds import POD, RESOURCE_QUOTA
from midwatch.lab.core.objects import Obj, status
from tests.lab.access.lab import Lab, asking, new_lab, pod


def quota(lab: Lab, name: str = "compute", **hard: str) -> None:
    values = {key.replace("_", "."): value for key, value in hard.items()}
    lab.create(
        {"kind": "ResourceQuota", "metadata": {"name": name, "namespace": "shop"}, "spec": {"hard": values}}
    )
    lab.run()


def used(lab: Lab, name: str = "compute") -> Obj:
    return status(lab.env.store.demand(RESOURCE_QUOTA, "shop", name))["used"]


def test_a_pod_beyond_the_quota_is_refused_and_one_within_is_charged() -> None:
    lab = new_lab()
    quota(lab, requests_cpu="4", pods="10")
    lab.create(pod("a", asking(cpu="3500m")))
    message = lab.refused(pod("b", asking(cpu="1"))).message
    assert message == (
        'pods "b" is forbidden: exceeded quota: compute, requested: requests.cpu=1, used: requests.cpu=3500m, '
        "limited: requests.cpu=4"
    )
    assert used(lab) == {"pods": "1", "requests.cpu": "3500m"}
    lab.create(pod("c", asking(cpu="500m")))
    assert used(lab) == {"pods": "2", "requests.cpu": "4"}


def test_a_quota_on_a_resource_makes_containers_say_it() -> None:
    lab = new_lab()
    quota(lab, limits_cpu="4", limits_memory="4Gi", requests_storage="1Gi")
    message = lab.refused(pod(container=asking(cpu="1"))).message
    assert message == (
        'pods "app" is forbidden: failed quota: compute: must specify limits.cpu for: app; limits.memory for: app'
    )
    lab.create(pod(container=asking(limit_cpu="1", limit_memory="1Gi")))


def test_ended_and_deleted_pods_free_what_they_used() -> None:
    lab = new_lab()
    quota(lab, requests_memory="1Gi", **{"count/pods": "5"})
    made = [lab.create(pod(name, asking(memory="256Mi"))) for name in "abc"]
    assert used(lab) == {"requests.memory": "768Mi", "count/pods": "3"}
    lab.env.registry.update_status(POD, {**made[0], "status": {"phase": "Succeeded"}})
    lab.env.registry.delete(POD, "shop", "b")
    lab.run()
    assert used(lab) == {"requests.memory": "256Mi", "count/pods": "2"}


def test_without_its_controller_a_quota_frees_nothing_and_a_new_one_does_not_bite() -> None:
    lab = new_lab()
    quota(lab, pods="1")
    lab.create(pod("a"))
    lab.env.components.stop("kube-controller-manager")
    lab.env.registry.delete(POD, "shop", "a")
    quota(lab, "late", pods="0")
    assert "exceeded quota: compute" in lab.refused(pod("b")).message
    lab.env.components.start("kube-controller-manager")
    lab.run()
    assert used(lab) == {"pods": "0"}
    assert "exceeded quota: late" in lab.refused(pod("b")).message


def test_a_dry_run_charges_nothing() -> None:
    lab = new_lab()
    quota(lab, pods="2")
    lab.env.registry.create(POD, pod("a"), dry_run=True)
    assert used(lab) == {"pods": "0"}


def test_scopes_choose_the_pods_that_count() -> None:
    lab = new_lab()
    head = {"name": "loose", "namespace": "shop"}
    body = {"hard": {"pods": "1"}, "scopes": ["BestEffort"]}
    lab.create({"kind": "ResourceQuota", "metadata": head, "spec": body})
    selector = {"operator": "In", "scopeName": "PriorityClass", "values": ["high"]}
    urgent = {"hard": {"pods": "0"}, "scopeSelector": {"matchExpressions": [selector]}}
    lab.create({"kind": "ResourceQuota", "metadata": {"name": "urgent", "namespace": "shop"}, "spec": urgent})
    high = {
        "metadata": {"name": "high"},
        "value": 10,
        "kind": "PriorityClass",
        "apiVersion": "scheduling.k8s.io/v1",
    }
    lab.create(high)
    lab.run()
    lab.create(pod("a", asking(cpu="1")))
    lab.create(pod("b"))
    assert "exceeded quota: loose" in lab.refused(pod("c")).message
    assert "exceeded quota: urgent" in lab.refused(pod("d", asking(cpu="1"), priorityClassName="high")).message
    assert used(lab, "loose") == {"pods": "1"}


@pytest.mark.parametrize(
    ("hard", "obj"),
    [
        ("configmaps", {"kind": "ConfigMap"}),
        ("count/secrets", {"kind": "Secret"}),
        ("count/deployments.apps", {"kind": "Deployment", "apiVersion": "apps/v1"}),
        ("services.loadbalancers", {"kind": "Service", "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]}}),
        ("persistentvolumeclaims", {"kind": "PersistentVolumeClaim"}),
    ],
)
def test_other_objects_are_counted(hard: str, obj: Obj) -> None:
    lab = new_lab()
    start = 1 if hard == "configmaps" else 0
    quota(lab, **{hard: str(start + 1)})
    assert used(lab) == {hard: str(start)}
    lab.create(_filled(obj, "a"))
    message = lab.refused(_filled(obj, "b")).message
    assert f"exceeded quota: compute, requested: {hard}=1, used: {hard}={start + 1}" in message


def _filled(obj: Obj, name: str) -> Obj:
    bodies: dict[str, Obj] = {
        "Deployment": {
            "selector": {"matchLabels": {"app": "a"}},
            "template": {"metadata": {"labels": {"app": "a"}}, "spec": pod()["spec"]},
        },
        "PersistentVolumeClaim": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        },
    }
    found = {**obj, "metadata": {"name": name, "namespace": "shop"}}
    return {**found, "spec": bodies[obj["kind"]]} if obj["kind"] in bodies else found


def test_storage_is_counted_by_size_and_by_class() -> None:
    lab = new_lab()
    quota(lab, **{"requests.storage": "3Gi", "fast.storageclass.storage.k8s.io/requests.storage": "1Gi"})
    claim = _filled({"kind": "PersistentVolumeClaim"}, "a")
    lab.create({**claim, "spec": {**claim["spec"], "storageClassName": "fast"}})
    assert used(lab) == {
        "requests.storage": "1Gi",
        "fast.storageclass.storage.k8s.io/requests.storage": "1Gi",
    }
    more = _filled({"kind": "PersistentVolumeClaim"}, "b")
    message = lab.refused({**more, "spec": {**more["spec"], "storageClassName": "fast"}}).message
    assert "requested: fast.storageclass.storage.k8s.io/requests.storage=1Gi" in message
    lab.create({**more, "spec": {**more["spec"], "storageClassName": "slow"}})
