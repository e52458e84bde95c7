from __future__ import annotations

from typing import Any

from midwatch.lab.core.claims import BIND_COMPLETED, SELECTED_NODE
from midwatch.lab.core.kinds import PV, PVC, STORAGE_CLASS
from midwatch.lab.core.objects import annotations_of, with_meta, with_spec
from tests.lab.scheduler.cluster_of import Lab


def uses(claim: str) -> dict[str, Any]:
    return {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}]}


def claim(lab: Lab, storage: str, **notes: Any) -> None:
    body = {
        "storageClassName": storage,
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
        **notes.pop("spec", {}),
    }
    lab.add(PVC, "data", meta={"annotations": notes}, spec=body)


def test_a_claim_that_does_not_exist_is_named() -> None:
    lab = Lab()
    lab.node("node-1")
    lab.pod("db", **uses("data"))
    lab.run()
    assert lab.why("db") == '0/1 nodes are available: persistentvolumeclaim "data" not found. not found'


def test_an_unbound_immediate_claim_holds_the_pod_up_until_it_is_bound() -> None:
    lab = Lab()
    lab.node("node-1")
    claim(lab, "fast")
    lab.pod("db", **uses("data"))
    lab.run()
    assert lab.why("db") == "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"
    body = {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"]}
    lab.add(PV, "pv-1", spec=body)
    found = lab.env.store.demand(PVC, "shop", "data")
    lab.env.registry.update(
        PVC, with_spec(with_meta(found, annotations={BIND_COMPLETED: "yes"}), volumeName="pv-1")
    )
    lab.run(12)
    assert lab.where("db") == "node-1"


def test_a_volume_elsewhere_keeps_the_pod_off_these_nodes() -> None:
    lab = Lab()
    lab.node("node-1", zone="a")
    zone = {"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["b"]}
    affinity = {"required": {"nodeSelectorTerms": [{"matchExpressions": [zone]}]}}
    lab.add(PV, "pv-1", spec={"capacity": {"storage": "1Gi"}, "nodeAffinity": affinity})
    claim(lab, "fast", **{BIND_COMPLETED: "yes"}, spec={"volumeName": "pv-1"})
    lab.pod("db", **uses("data"))
    lab.run()
    assert "1 node(s) had volume node affinity conflict." in lab.why("db")
    lab.node("node-2", zone="b")
    lab.run(12)
    assert lab.where("db") == "node-2"


def test_a_delayed_claim_is_told_the_node_and_the_pod_waits_for_it() -> None:
    lab = Lab()
    lab.node("node-1")
    body = {"provisioner": "csi.example", "volumeBindingMode": "WaitForFirstConsumer"}
    lab.add(STORAGE_CLASS, "fast", **body)
    claim(lab, "fast")
    lab.pod("db", **uses("data"))
    lab.run()
    assert annotations_of(lab.env.store.demand(PVC, "shop", "data"))[SELECTED_NODE] == "node-1"
    assert lab.where("db") == ""
    lab.run(601)
    failed = 'running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded'
    assert failed in lab.events("FailedScheduling")


def test_without_a_provisioner_a_delayed_claim_finds_no_volume() -> None:
    lab = Lab()
    lab.node("node-1")
    body = {"provisioner": "kubernetes.io/no-provisioner", "volumeBindingMode": "WaitForFirstConsumer"}
    lab.add(STORAGE_CLASS, "local", **body)
    claim(lab, "local")
    lab.pod("db", **uses("data"))
    lab.run()
    assert "1 node(s) didn't find available persistent volumes to bind." in lab.why("db")
