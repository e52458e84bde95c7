"""Volumes that are mounted, and those that cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from midwatch.lab.core.kinds import CONFIG_MAP, CSI_DRIVER, PV, PVC, VOLUME_ATTACHMENT
from midwatch.lab.core.objects import Obj
from midwatch.lab.world.world import Driver
from tests.lab.kubelet.bench import Bench, bench

DRIVER = "disk.csi.lab.example"


def _failures(lab: Bench) -> list[str]:
    return [message for reason, message in lab.events() if reason == "FailedMount"]


@pytest.mark.parametrize(
    ("volume", "message"),
    [
        ({"configMap": {"name": "none"}}, 'MountVolume.SetUp failed for volume "v" : configmap "none" not found'),
        ({"secret": {"secretName": "none"}}, 'MountVolume.SetUp failed for volume "v" : secret "none" not found'),
        (
            {"configMap": {"name": "settings", "items": [{"key": "b", "path": "b"}]}},
            'MountVolume.SetUp failed for volume "v" : references non-existent config key: b',
        ),
        (
            {"hostPath": {"path": "/data/x", "type": "Directory"}},
            'MountVolume.SetUp failed for volume "v" : hostPath type check failed: /data/x is not a directory',
        ),
        (
            {"csi": {"driver": "x.example"}},
            (
                'MountVolume.SetUp failed for volume "v" : kubernetes.io/csi: mounter.SetUpAt failed to get CSI '
                "client: driver name x.example not found in the list of registered CSI drivers"
            ),
        ),
        (
            {"persistentVolumeClaim": {"claimName": "none"}},
            (
                "Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[v], failed to "
                "process volumes=[v]: error processing PVC shop/none: failed to fetch PVC from API server: "
                'persistentvolumeclaims "none" not found'
            ),
        ),
    ],
)
def test_a_volume_that_cannot_be_set_up_holds_its_pod(volume: dict[str, Any], message: str) -> None:
    lab = bench()
    lab.create(CONFIG_MAP, {"metadata": {"name": "settings", "namespace": "shop"}, "data": {"a": "1"}})
    lab.pod(volumes=[{"name": "v", **volume}])
    lab.run(60)
    assert lab.waiting() == ("ContainerCreating", "")
    assert lab.phase() == "Pending"
    assert _failures(lab)[0] == message


def test_a_missing_map_is_tried_again_ever_more_slowly_until_it_is_there() -> None:
    lab = bench()
    lab.pod(volumes=[{"name": "v", "configMap": {"name": "late"}}])
    lab.run(100)
    assert not lab.is_ready()
    lab.create(CONFIG_MAP, {"metadata": {"name": "late", "namespace": "shop"}, "data": {"a": "1"}})
    lab.run(150)
    assert lab.is_ready()


def test_what_is_optional_may_be_missing() -> None:
    lab = bench()
    lab.pod(volumes=[{"name": "v", "configMap": {"name": "none", "optional": True}}])
    lab.run(20)
    assert lab.is_ready()


def test_a_projected_volume_holds_the_token_and_the_pod_s_fields() -> None:
    lab = bench()
    sources: list[Obj] = [
        {"serviceAccountToken": {"path": "token"}},
        {"configMap": {"name": "kube-root-ca.crt"}},
        {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {"fieldPath": "metadata.namespace"}}]}},
    ]
    where = "/var/run/secrets/kubernetes.io/serviceaccount"
    mount: Obj = {"name": "api", "mountPath": where, "readOnly": True}
    lab.pod(container={"volumeMounts": [mount]}, volumes=[{"name": "api", "projected": {"sources": sources}}])
    lab.run(20)
    assert lab.process().files[f"{where}/namespace"] == "shop"
    assert lab.app()["volumeMounts"] == [{**mount, "recursiveReadOnly": "Disabled"}]


def test_a_claim_must_be_bound_attached_and_its_driver_registered() -> None:
    lab = bench()
    claim = lab.create(PVC, {"metadata": {"name": "data", "namespace": "shop"}, "spec": {}})
    lab.create(CSI_DRIVER, {"metadata": {"name": DRIVER}, "spec": {"attachRequired": True}})
    lab.pod(volumes=[{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}])
    lab.run(20)
    assert _failures(lab)[0].endswith("error processing PVC shop/data: PVC is not bound")
    lab.create(PV, {"metadata": {"name": "pv-1"}, "spec": {"csi": {"driver": DRIVER}}})
    bound = lab.env.registry.update(PVC, {**claim, "spec": {"volumeName": "pv-1"}})
    lab.env.registry.update_status(PVC, {**bound, "status": {"phase": "Bound"}})
    lab.run(30)
    assert not lab.is_ready()
    body: Obj = {"attacher": DRIVER, "nodeName": "node-1", "source": {"persistentVolumeName": "pv-1"}}
    attachment = lab.create(VOLUME_ATTACHMENT, {"metadata": {"name": "a"}, "spec": body})
    lab.env.registry.update_status(VOLUME_ATTACHMENT, {**attachment, "status": {"attached": True}})
    lab.run(10)
    assert _failures(lab)[-1].endswith(f"driver name {DRIVER} not found in the list of registered CSI drivers")
    assert 'MountVolume.MountDevice failed for volume "pv-1"' in _failures(lab)[-1]
    lab.env.world.drivers[DRIVER] = Driver(DRIVER)
    lab.run(60)
    assert lab.is_ready()
