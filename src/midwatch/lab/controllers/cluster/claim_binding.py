"""The claims' half of the volume binder.

Source: kubernetes/pkg/controller/volume/persistentvolume/pv_controller.go (syncClaim).
"""

from __future__ import annotations

from midwatch.lab.controllers.cluster.pods_by_claim import Key, PodsByClaim
from midwatch.lab.core.claims import (
    BIND_COMPLETED,
    BOUND_BY_CONTROLLER,
    NO_PROVISIONER,
    SELECTED_NODE,
    best_volume,
    class_of,
    is_delayed,
    is_for,
    requested,
    size_of,
)
from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import PV, PVC, STORAGE_CLASS
from midwatch.lab.core.objects import (
    Obj,
    annotations_of,
    is_deleted,
    meta,
    name_of,
    namespace_of,
    part,
    spec,
    stamp,
    status,
    uid_of,
    with_meta,
    with_spec,
    with_status,
)
from midwatch.lab.core.queue import WorkQueue
from midwatch.lab.core.registry import controller_user
from midwatch.lab.core.store import Change

COMPONENT = "kube-controller-manager"
SOURCE = "persistentvolume-controller"
USER = controller_user("persistent-volume-binder")
PROVISIONER = "volume.kubernetes.io/storage-provisioner"
_BETA_PROVISIONER = "volume.beta.kubernetes.io/storage-provisioner"
_RESYNC = 15.0  # --pvclaimbinder-sync-period
_LOST = "Bound claim has lost its PersistentVolume. Data on the volume is lost!"
_MISBOUND = "Two claims are bound to the same volume, this one is bound incorrectly"
_EXTERNAL = (
    "Waiting for a volume to be created either by the external provisioner '{}' or manually by the system "
    "administrator. If volume creation is delayed, please verify that the provisioner is running and correctly "
    "registered."
)


class ClaimBinding:
    """Brings claims from Pending to Bound, or to Lost."""

    def __init__(self, env: Env, pods: PodsByClaim) -> None:
        self._env = env
        self._pods = pods
        self._pending: dict[Key, None] = {}
        self._work = WorkQueue[Key](env.clock, env.components, COMPONENT, "claims", self._sync)
        for each in env.store.list(PVC):
            self._work.add((namespace_of(each), name_of(each)))
        env.store.watch(self._observe_claim, PVC)
        env.store.watch(self._observe_volume, PV, STORAGE_CLASS)
        env.clock.every(_RESYNC, self._resync)

    def _observe_claim(self, change: Change) -> None:
        key = namespace_of(change.new), name_of(change.new)
        if change.type == "DELETED":
            self._pending.pop(key, None)
        else:
            self._work.add(key)

    def _observe_volume(self, change: Change) -> None:
        if change.kind is PV:
            ref = part(spec(change.new), "claimRef")
            if ref:
                self._work.add((ref["namespace"], ref["name"]))
            if change.type == "MODIFIED" and status(change.new).get("phase") != "Available":
                return
        for key in self._pending:
            self._work.add(key)

    def _resync(self) -> None:
        for key in self._pending:
            self._work.add(key)

    def _sync(self, key: Key) -> None:
        claim = self._env.store.get(PVC, *key)
        if claim is None or (is_deleted(claim) and not spec(claim).get("volumeName")):
            self._pending.pop(key, None)
            return
        if BIND_COMPLETED in annotations_of(claim):
            self._pending.pop(key, None)
            self._sync_bound(claim)
        else:
            self._pending[key] = None
            self._sync_unbound(claim)

    def _sync_unbound(self, claim: Obj) -> None:
        name = spec(claim).get("volumeName")
        if name:
            self._sync_named(claim, name)
            return
        delayed = is_delayed(self._env.store, claim)
        volume = best_volume(self._env.store, claim)
        if volume is not None and (not delayed or spec(volume).get("claimRef")):
            self._bind(volume, claim)
            return
        if delayed and SELECTED_NODE not in annotations_of(claim):
            self._wait_for_consumer(claim)
        elif class_of(claim):
            self._provision(claim)
        else:
            message = "no persistent volumes available for this claim and no storage class is set"
            self._event(claim, "Normal", "FailedBinding", message)
        self._set_phase(claim, "Pending")

    def _sync_named(self, claim: Obj, name: str) -> None:
        """A person asked for this very volume."""
        volume = self._env.store.get(PV, "", name)
        if volume is not None and (not part(spec(volume), "claimRef") or is_for(volume, claim)):
            problem = _mismatch(volume, claim)
            if not problem:
                self._bind(volume, claim)
                return
            message = f'Cannot bind to requested volume "{name}": {problem}'
            self._event(claim, "Warning", "VolumeMismatch", message)
        elif volume is not None:
            message = f'volume "{name}" already bound to a different claim.'
            self._event(claim, "Warning", "FailedBinding", message)
        self._set_phase(claim, "Pending")

    def _sync_bound(self, claim: Obj) -> None:
        volume = self._env.store.get(PV, "", spec(claim).get("volumeName") or "")
        if volume is None:
            self._lose(claim, "ClaimLost", _LOST)
            return
        ref = part(spec(volume), "claimRef")
        if not ref or ref.get("uid") in (None, "", uid_of(claim)):
            self._bind(volume, claim)
        else:
            self._lose(claim, "ClaimMisbound", _MISBOUND)

    def _lose(self, claim: Obj, reason: str, message: str) -> None:
        if status(claim).get("phase") != "Lost":
            self._event(claim, "Warning", reason, message)
            self._set_phase(claim, "Lost")

    def _wait_for_consumer(self, claim: Obj) -> None:
        """Source: pv_controller.go (emitEventForUnboundDelayBindingClaim)."""
        users = self._pods.users((namespace_of(claim), name_of(claim)))
        waiting = [name_of(each) for each in users if not spec(each).get("nodeName")]
        if waiting:
            several = "pods" if len(waiting) > 1 else "pod"
            message = f"waiting for {several} {','.join(waiting)} to be scheduled"
            self._event(claim, "Normal", "WaitForPodScheduled", message)
        else:
            message = "waiting for first consumer to be created before binding"
            self._event(claim, "Normal", "WaitForFirstConsumer", message)

    def _provision(self, claim: Obj) -> None:
        """Ask the provisioner of the claim's class for a volume."""
        name = class_of(claim)
        storage = self._env.store.get(STORAGE_CLASS, "", name)
        if storage is None:
            message = f'storageclass.storage.k8s.io "{name}" not found'
            self._event(claim, "Warning", "ProvisioningFailed", message)
            return
        provisioner: str = storage["provisioner"]
        if provisioner == NO_PROVISIONER:
            message = f"no volume plugin matched name: {NO_PROVISIONER}"
            self._event(claim, "Warning", "ProvisioningFailed", message)
            return
        if annotations_of(claim).get(PROVISIONER) != provisioner:
            notes = {**annotations_of(claim), PROVISIONER: provisioner, _BETA_PROVISIONER: provisioner}
            self._env.registry.update(PVC, with_meta(claim, annotations=notes), user=USER)
        self._event(claim, "Normal", "ExternalProvisioning", _EXTERNAL.format(provisioner))

    def _bind(self, volume: Obj, claim: Obj) -> None:
        """Point volume and claim at each other; then both are Bound."""
        registry = self._env.registry
        if part(spec(volume), "claimRef").get("uid") != uid_of(claim):
            if not part(spec(volume), "claimRef"):
                volume = with_meta(volume, annotations={**annotations_of(volume), BOUND_BY_CONTROLLER: "yes"})
            volume = registry.update(PV, with_spec(volume, claimRef=reference(claim)), user=USER)
        if status(volume).get("phase") != "Bound":
            now = self._env.registry.clock.now
            volume = registry.update_status(PV, with_phase(volume, "Bound", now))
        notes = {**annotations_of(claim), BIND_COMPLETED: "yes"}
        if not spec(claim).get("volumeName"):
            notes[BOUND_BY_CONTROLLER] = "yes"
        if notes != annotations_of(claim):
            changed = with_spec(with_meta(claim, annotations=notes), volumeName=name_of(volume))
            claim = registry.update(PVC, changed, user=USER)
        self._pending.pop((namespace_of(claim), name_of(claim)), None)
        self._set_bound(claim, volume)

    def _set_bound(self, claim: Obj, volume: Obj) -> None:
        found = status(claim)
        capacity = found.get("capacity")
        if found.get("phase") != "Bound" or not capacity:
            capacity = part(spec(volume), "capacity")
        modes: list[str] = spec(volume).get("accessModes") or []
        new = with_status(claim, phase="Bound", accessModes=modes, capacity=capacity)
        if status(new) != found:
            self._env.registry.update_status(PVC, new)

    def _set_phase(self, claim: Obj, phase: str) -> None:
        current = self._env.store.get(PVC, namespace_of(claim), name_of(claim))
        if current is not None and status(current).get("phase") != phase:
            self._env.registry.update_status(
                PVC, with_status(current, phase=phase, accessModes=None, capacity=None)
            )

    def _event(self, claim: Obj, type_: str, reason: str, message: str) -> None:
        self._env.recorder.event(claim, type_, reason, message, component=SOURCE)


def with_phase(volume: Obj, phase: str, now: float) -> Obj:
    """A volume with another phase, and the time of its change."""
    from_before = status(volume).get("lastPhaseTransitionTime")
    changed = status(volume).get("phase") != phase
    return with_status(volume, phase=phase, lastPhaseTransitionTime=stamp(now) if changed else from_before)


def reference(claim: Obj) -> Obj:
    """A volume's reference to its claim."""
    return {
        "kind": "PersistentVolumeClaim",
        "apiVersion": "v1",
        "namespace": namespace_of(claim),
        "name": name_of(claim),
        "uid": uid_of(claim),
        "resourceVersion": meta(claim).get("resourceVersion", ""),
    }


def _mismatch(volume: Obj, claim: Obj) -> str:
    """Source: pv_controller.go (checkVolumeSatisfyClaim)."""
    if size_of(volume) < requested(claim):
        return "requested PV is too small"
    if class_of(volume) != class_of(claim):
        return "storageClassName does not match"
    if (spec(volume).get("volumeMode") or "Filesystem") != (spec(claim).get("volumeMode") or "Filesystem"):
        return "incompatible volumeMode"
    wanted: list[str] = spec(claim).get("accessModes") or []
    have: list[str] = spec(volume).get("accessModes") or []
    return "" if set(wanted) <= set(have) else "incompatible accessMode"
