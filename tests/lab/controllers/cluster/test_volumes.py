from __future__ import annotations

from typing import Any

from midwatch.lab.core.kinds import NODE, POD, PV, PVC, STORAGE_CLASS, VOLUME_ATTACHMENT
from midwatch.lab.core.objects import condition_of, spec, status, with_spec
from midwatch.lab.world.world import Driver
from tests.lab.controllers.cluster.hands import Lab

CSI = "ebs.csi.aws.com"


def storage(lab: Lab, *, delayed: bool = False, provisioner: str = CSI) -> None:
    mode = "WaitForFirstConsumer" if delayed else "Immediate"
    lab.add(STORAGE_CLASS, "fast", provisioner=provisioner, volumeBindingMode=mode, allowVolumeExpansion=True)


def claim(lab: Lab, name: str = "data", *, storage: str | None = "fast", **body: Any) -> None:
    wanted = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}, **body}
    lab.add(PVC, name, spec=wanted if storage is None else {"storageClassName": storage, **wanted})


def uses(name: str = "data") -> dict[str, Any]:
    return {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": name}}]}


def phase(lab: Lab, name: str = "data") -> str:
    return status(lab.get(PVC, name))["phase"]


def test_a_claim_is_provisioned_and_bound() -> None:
    lab = Lab()
    lab.env.world.drivers[CSI] = Driver(CSI)
    storage(lab)
    claim(lab)
    lab.run(10)
    assert phase(lab) == "Bound"
    volume = lab.get(PV, spec(lab.get(PVC, "data"))["volumeName"])
    assert status(volume)["phase"] == "Bound"
    assert lab.events("ProvisioningSucceeded") == [f"Successfully provisioned volume {volume['metadata']['name']}"]


def test_an_unknown_class_is_named() -> None:
    lab = Lab()
    claim(lab, storage="fsat")
    lab.run()
    assert phase(lab) == "Pending"
    assert lab.events("ProvisioningFailed") == ['storageclass.storage.k8s.io "fsat" not found']


def test_without_a_class_there_must_be_a_volume() -> None:
    lab = Lab()
    claim(lab, storage=None)
    lab.run()
    expected = "no persistent volumes available for this claim and no storage class is set"
    assert lab.events("FailedBinding") == [expected]
    lab.add(PV, "pv-1", spec={"capacity": {"storage": "2Gi"}, "accessModes": ["ReadWriteOnce"]})
    lab.run()
    assert (phase(lab), status(lab.get(PVC, "data"))["capacity"]) == ("Bound", {"storage": "2Gi"})


def test_a_driver_that_is_not_there_is_waited_for() -> None:
    lab = Lab()
    storage(lab)
    claim(lab)
    lab.run(60)
    assert phase(lab) == "Pending"
    assert lab.events("ExternalProvisioning")[0].startswith(
        f"Waiting for a volume to be created either by the external provisioner '{CSI}'"
    )
    assert lab.events("Provisioning") == []


def test_a_driver_that_fails_says_why() -> None:
    lab = Lab()
    why = "rpc error: code = Internal desc = Could not create volume: UnauthorizedOperation"
    lab.env.world.drivers[CSI] = Driver(CSI, fails=why)
    storage(lab)
    claim(lab)
    lab.run(30)
    assert phase(lab) == "Pending"
    assert set(lab.events("ProvisioningFailed")) == {f'failed to provision volume with StorageClass "fast": {why}'}


def test_a_delayed_claim_waits_for_its_first_pod() -> None:
    lab = Lab()
    lab.env.world.drivers[CSI] = Driver(CSI, topology="topology.kubernetes.io/zone")
    lab.node("node-1", zone="b")
    storage(lab, delayed=True)
    claim(lab)
    lab.run(20)
    expected = "waiting for first consumer to be created before binding"
    assert (phase(lab), lab.events("WaitForFirstConsumer")) == ("Pending", [expected])
    lab.pod("db", **uses())
    lab.run(20)
    assert (phase(lab), spec(lab.get(POD, "db"))["nodeName"]) == ("Bound", "node-1")
    volume = lab.get(PV, spec(lab.get(PVC, "data"))["volumeName"])
    term = spec(volume)["nodeAffinity"]["required"]["nodeSelectorTerms"][0]
    assert term["matchExpressions"][0]["values"] == ["b"]


def test_a_claim_whose_volume_is_gone_is_lost() -> None:
    lab = Lab()
    claim(lab, storage=None)
    lab.add(PV, "pv-1", spec={"capacity": {"storage": "2Gi"}, "accessModes": ["ReadWriteOnce"]})
    lab.run()
    lab.env.store.remove(PV, "", "pv-1")
    lab.run(20)
    assert phase(lab) == "Lost"
    assert lab.events("ClaimLost") == ["Bound claim has lost its PersistentVolume. Data on the volume is lost!"]


def test_a_claim_in_use_is_deleted_only_after_its_pod() -> None:
    lab = Lab()
    lab.env.world.drivers[CSI] = Driver(CSI)
    lab.node("node-1")
    storage(lab)
    claim(lab)
    lab.pod("db", **uses())
    lab.run(20)
    lab.env.registry.delete(PVC, "shop", "data")
    lab.run()
    assert lab.env.store.get(PVC, "shop", "data") is not None
    lab.env.registry.delete(POD, "shop", "db", grace=0)
    lab.run(60)
    assert lab.env.store.get(PVC, "shop", "data") is None
    assert lab.env.store.list(PV) == []


def test_a_retained_volume_is_released_and_stays() -> None:
    lab = Lab()
    claim(lab, storage=None)
    body = {"capacity": {"storage": "2Gi"}, "accessModes": ["ReadWriteOnce"]}
    lab.add(PV, "pv-1", spec={**body, "persistentVolumeReclaimPolicy": "Retain"})
    lab.run()
    lab.env.registry.delete(PVC, "shop", "data")
    lab.run()
    assert status(lab.get(PV, "pv-1"))["phase"] == "Released"


def test_a_volume_is_attached_where_its_pod_runs() -> None:
    lab = Lab()
    lab.env.world.drivers[CSI] = Driver(CSI)
    lab.node("node-1")
    storage(lab)
    claim(lab)
    lab.pod("db", **uses())
    lab.run(30)
    (found,) = lab.env.store.list(VOLUME_ATTACHMENT)
    assert status(found)["attached"]
    volume = spec(lab.get(PVC, "data"))["volumeName"]
    assert lab.events("SuccessfulAttachVolume") == [f'AttachVolume.Attach succeeded for volume "{volume}" ']
    assert len(status(lab.get(NODE, "node-1"))["volumesAttached"]) == 1


def test_a_volume_in_use_on_another_node_is_a_multi_attach_error_until_it_is_free() -> None:
    lab = Lab()
    lab.env.world.drivers[CSI] = Driver(CSI)
    for name in ("node-1", "node-2"):
        lab.node(name)
    storage(lab)
    claim(lab)
    lab.pod("db-1", **uses(), nodeName="node-1")
    lab.run(30)
    lab.pod("db-2", **uses(), nodeName="node-2")
    lab.run(30)
    volume = spec(lab.get(PVC, "data"))["volumeName"]
    expected = f'Multi-Attach error for volume "{volume}" Volume is already used by pod(s) db-1'
    assert lab.events("FailedAttachVolume") == [expected]
    lab.env.registry.delete(POD, "shop", "db-1", grace=0)
    lab.run(30)
    (found,) = lab.env.store.list(VOLUME_ATTACHMENT)
    assert (spec(found)["nodeName"], status(found)["attached"]) == ("node-2", True)


def test_a_claim_grows_when_its_class_allows_it() -> None:
    lab = Lab()
    lab.env.world.drivers[CSI] = Driver(CSI)
    storage(lab)
    claim(lab)
    lab.run(10)
    found = lab.get(PVC, "data")
    lab.env.registry.update(PVC, with_spec(found, resources={"requests": {"storage": "2Gi"}}))
    lab.run(10)
    pending = condition_of(lab.get(PVC, "data"), "FileSystemResizePending") or {}
    assert pending["message"].startswith("Waiting for user to (re-)start a pod")
    lab.node("node-1")
    lab.pod("db", **uses())
    lab.run(10)
    lab.ready("db", "10.244.0.2")
    lab.run(30)
    assert status(lab.get(PVC, "data"))["capacity"] == {"storage": "2Gi"}
