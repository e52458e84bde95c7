"""Static pods of the control plane: the API shows them, and shows when one of them was stopped."""

from __future__ import annotations

import pytest

from midwatch.lab.cluster import Cluster, new_cluster
from midwatch.lab.core.kinds import EVENT, POD
from midwatch.lab.core.objects import Obj, annotations_of, condition_of, controller_of, labels_of, name_of, status

PARTS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")


@pytest.fixture
def cluster() -> Cluster:
    found = new_cluster(1_795_000_000.0, workers=1, quiet=True)
    found.run(60.0)
    return found


def mirrors(cluster: Cluster) -> dict[str, Obj]:
    """Mirror pods by component."""
    pods = cluster.env.store.list(POD, "kube-system")
    return {
        labels_of(each)["component"]: each
        for each in pods
        if "kubernetes.io/config.mirror" in annotations_of(each)
    }


def is_ready(pod: Obj) -> bool:
    return (condition_of(pod, "Ready") or {}).get("status") == "True"


def test_every_part_of_the_control_plane_has_a_ready_mirror_pod_owned_by_its_node(cluster: Cluster) -> None:
    found = mirrors(cluster)
    assert tuple(sorted(found)) == PARTS
    for part, pod in found.items():
        assert name_of(pod) == f"{part}-control-plane-1"
        assert (controller_of(pod) or {})["kind"] == "Node"
        assert annotations_of(pod)["kubernetes.io/config.source"] == "file"
        assert is_ready(pod)
    assert cluster.env.components.crashes == []


def test_a_stopped_scheduler_has_no_pod_until_it_is_started_again(cluster: Cluster) -> None:
    cluster.env.components.stop("kube-scheduler")
    cluster.run(30.0)
    assert tuple(sorted(mirrors(cluster))) == PARTS[:3]
    events = [each["message"] for each in cluster.env.store.list(EVENT) if each["reason"] == "Killing"]
    assert "Stopping container kube-scheduler" in events
    cluster.env.components.start("kube-scheduler")
    cluster.run(60.0)
    assert is_ready(mirrors(cluster)["kube-scheduler"])


def test_a_deleted_mirror_pod_comes_back(cluster: Cluster) -> None:
    cluster.env.registry.delete(POD, "kube-system", "kube-scheduler-control-plane-1")
    cluster.run(60.0)
    assert is_ready(mirrors(cluster)["kube-scheduler"])


def test_an_api_server_that_was_stopped_comes_back_with_a_restart(cluster: Cluster) -> None:
    cluster.env.components.stop("kube-apiserver")
    cluster.run(20.0)
    assert is_ready(mirrors(cluster)["kube-apiserver"]), "nobody can say otherwise while the API is down"
    cluster.env.components.start("kube-apiserver")
    cluster.run(60.0)
    found = mirrors(cluster)["kube-apiserver"]
    assert is_ready(found)
    assert status(found)["containerStatuses"][0]["restartCount"] == 1


def test_the_leader_lease_names_the_node_that_its_holder_runs_on(cluster: Cluster) -> None:
    lease = cluster.get("Lease", "kube-system", "kube-scheduler")
    assert lease is not None
    assert lease["spec"]["holderIdentity"].startswith("control-plane-1_")
