"""The external provisioners of storage drivers: they make volumes for claims, and delete released ones.

Source: sig-storage-lib-external-provisioner/controller/controller.go, external-provisioner/pkg/controller.
"""

from __future__ import annotations

from hashlib import sha256

from midwatch.lab.controllers.cluster.claim_binding import PROVISIONER, reference
from midwatch.lab.controllers.cluster.pods_by_claim import Key
from midwatch.lab.controllers.cluster.protection import FINALIZERS
from midwatch.lab.controllers.cluster.volume_phases import PROVISIONED_BY
from midwatch.lab.core.claims import SELECTED_NODE, class_of, is_delayed
from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import NODE, PV, PVC, STORAGE_CLASS, VOLUME_ATTACHMENT
from midwatch.lab.core.objects import (
    Obj,
    annotations_of,
    is_deleted,
    labels_of,
    meta,
    name_of,
    namespace_of,
    part,
    spec,
    status,
    uid_of,
    with_meta,
)
from midwatch.lab.core.queue import WorkQueue
from midwatch.lab.core.registry import controller_user
from midwatch.lab.core.store import Change
from midwatch.lab.world.world import Driver

COMPONENT = "csi-provisioner"
_FINALIZER = "external-provisioner.volume.kubernetes.io/finalizer"
_USER = controller_user("csi-provisioner")
_WORK = 1.5
"""Seconds that a storage system takes to make or delete a volume."""
_BACKOFF, _MOST = 1.0, 300.0  # --retry-interval-start, --retry-interval-max


def source_of(driver: str) -> str:
    """The name in a provisioner's events: driver, pod and identity."""
    digest = sha256(driver.encode()).hexdigest()
    pod = f"csi-{driver.split('.', maxsplit=1)[0]}-controller-{digest[:10]}-{digest[10:15]}"
    return f"{driver}_{pod}_{digest[16:24]}-{digest[24:28]}-4{digest[29:32]}-a{digest[33:36]}-{digest[36:48]}"


class Provisioner:
    """All drivers' provisioners; a driver that the world does not have never answers."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self._failures: dict[Key, int] = {}
        self._begun: set[str] = set()
        self._random = env.clock.random(COMPONENT)
        self._claims = WorkQueue[Key](env.clock, env.components, COMPONENT, "provision", self._sync_claim)
        self._volumes = WorkQueue[str](env.clock, env.components, COMPONENT, "delete volume", self._sync_volume)
        for each in env.store.list(PVC):
            self._note(each)
        env.store.watch(self._observe, PVC, PV)

    def _observe(self, change: Change) -> None:
        if change.kind is PVC:
            if change.type != "DELETED":
                self._note(change.new)
        elif status(change.new).get("phase") == "Released":
            self._volumes.add(name_of(change.new), _WORK)

    def _note(self, claim: Obj) -> None:
        if PROVISIONER in annotations_of(claim) and not spec(claim).get("volumeName"):
            self._claims.add((namespace_of(claim), name_of(claim)))

    def _sync_claim(self, key: Key) -> None:
        claim = self._env.store.get(PVC, *key)
        driver = self._driver_for(claim) if claim is not None else None
        if claim is None or driver is None:
            self._failures.pop(key, None)
            return
        if self._env.store.get(PV, "", f"pvc-{uid_of(claim)}") is not None:
            return
        if uid_of(claim) not in self._begun:
            self._begun.add(uid_of(claim))
            message = f'External provisioner is provisioning volume for claim "{key[0]}/{key[1]}"'
            self._event(driver, claim, "Normal", "Provisioning", message)
            self._claims.add(key, _WORK)
            return
        self._begun.discard(uid_of(claim))
        if driver.fails:
            self._fail(driver, claim)
        else:
            self._failures.pop(key, None)
            self._make(driver, claim)

    def _driver_for(self, claim: Obj) -> Driver | None:
        """The driver that has to make a volume for this claim now."""
        if is_deleted(claim) or spec(claim).get("volumeName"):
            return None
        if is_delayed(self._env.store, claim) and SELECTED_NODE not in annotations_of(claim):
            return None
        return self._env.world.drivers.get(annotations_of(claim).get(PROVISIONER, ""))

    def _fail(self, driver: Driver, claim: Obj) -> None:
        key = namespace_of(claim), name_of(claim)
        message = f'failed to provision volume with StorageClass "{class_of(claim)}": {driver.fails}'
        self._event(driver, claim, "Warning", "ProvisioningFailed", message)
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        if "ResourceExhausted" in driver.fails and SELECTED_NODE in annotations_of(claim):
            # Another node may have room: the scheduler chooses again.
            notes = {name: value for name, value in annotations_of(claim).items() if name != SELECTED_NODE}
            self._env.registry.update(PVC, with_meta(claim, annotations=notes), user=_USER)
        else:
            self._claims.add(key, min(_BACKOFF * 2 ** min(failures, 10), _MOST))

    def _make(self, driver: Driver, claim: Obj) -> None:
        storage = self._env.store.get(STORAGE_CLASS, "", class_of(claim)) or {}
        name = f"pvc-{uid_of(claim)}"
        wanted: Obj = {
            "capacity": {"storage": part(spec(claim), "resources", "requests")["storage"]},
            "accessModes": spec(claim).get("accessModes") or ["ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": storage.get("reclaimPolicy") or "Delete",
            "storageClassName": class_of(claim),
            "volumeMode": spec(claim).get("volumeMode") or "Filesystem",
            "claimRef": reference(claim),
            "csi": {
                "driver": driver.name,
                "fsType": part(storage, "parameters").get("csi.storage.k8s.io/fstype", "ext4"),
                "volumeHandle": f"vol-{sha256(name.encode()).hexdigest()[:17]}",
                "volumeAttributes": {"storage.kubernetes.io/csiProvisionerIdentity": driver.name},
            },
        }
        if storage.get("mountOptions"):
            wanted["mountOptions"] = storage["mountOptions"]
        affinity = self._affinity(driver, claim)
        if affinity:
            wanted["nodeAffinity"] = affinity
        head: Obj = {
            "name": name,
            "annotations": {PROVISIONED_BY: driver.name},
            "finalizers": [_FINALIZER, FINALIZERS[PV]],
        }
        self._env.registry.create(PV, {"metadata": head, "spec": wanted}, user=_USER)
        self._event(driver, claim, "Normal", "ProvisioningSucceeded", f"Successfully provisioned volume {name}")

    def _affinity(self, driver: Driver, claim: Obj) -> Obj | None:
        """Volumes of zonal drivers can be used in one zone: that of the chosen node, else any."""
        if not driver.topology:
            return None
        node = self._env.store.get(NODE, "", annotations_of(claim).get(SELECTED_NODE, ""))
        nodes = [node] if node is not None else self._env.store.list(NODE)
        values = sorted({labels_of(each)[driver.topology] for each in nodes if driver.topology in labels_of(each)})
        if not values:
            return None
        value = values[self._random.randrange(len(values))]
        wanted = {"key": driver.topology, "operator": "In", "values": [value]}
        return {"required": {"nodeSelectorTerms": [{"matchExpressions": [wanted]}]}}

    def _sync_volume(self, name: str) -> None:
        """Delete a released volume whose reclaim policy says so, once it is detached."""
        volume = self._env.store.get(PV, "", name)
        if volume is None or status(volume).get("phase") != "Released":
            return
        driver = self._env.world.drivers.get(annotations_of(volume).get(PROVISIONED_BY, ""))
        if driver is None or spec(volume).get("persistentVolumeReclaimPolicy") != "Delete":
            return
        attached = self._attached_to(name)
        if attached:
            message = f"persistentvolume {name} is still attached to node {attached}"
            self._event(driver, volume, "Warning", "VolumeFailedDelete", message)
            self._volumes.add(name, 15.0)
            return
        self._env.registry.delete(PV, "", name, user=_USER)
        gone = self._env.store.get(PV, "", name)
        if gone is not None and _FINALIZER in (meta(gone).get("finalizers") or ()):
            self._env.registry.finalize(PV, gone, _FINALIZER)

    def _attached_to(self, name: str) -> str:
        for each in self._env.store.list(VOLUME_ATTACHMENT):
            if part(spec(each), "source").get("persistentVolumeName") == name:
                return spec(each)["nodeName"]
        return ""

    def _event(self, driver: Driver, about: Obj, type_: str, reason: str, message: str) -> None:
        self._env.recorder.event(about, type_, reason, message, component=source_of(driver.name))
