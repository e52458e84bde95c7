"""The volumes' half of the volume binder: phases and what becomes of released volumes.

Source: kubernetes/pkg/controller/volume/persistentvolume/pv_controller.go (syncVolume, reclaimVolume).
"""

from __future__ import annotations

from midwatch.lab.controllers.cluster.claim_binding import COMPONENT, SOURCE, USER, with_phase
from midwatch.lab.core.claims import BOUND_BY_CONTROLLER
from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import PV, PVC
from midwatch.lab.core.objects import (
    Obj,
    annotations_of,
    is_deleted,
    name_of,
    part,
    spec,
    status,
    uid_of,
    with_meta,
    with_spec,
    with_status,
)
from midwatch.lab.core.queue import WorkQueue
from midwatch.lab.core.store import Change

PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"


class VolumePhases:
    """Keeps the phase of every volume, and reclaims those whose claim is gone."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self._work = WorkQueue[str](env.clock, env.components, COMPONENT, "volumes", self._sync)
        for each in env.store.list(PV):
            self._work.add(name_of(each))
        env.store.watch(self._observe, PV, PVC)

    def _observe(self, change: Change) -> None:
        if change.kind is PV:
            self._work.add(name_of(change.new))
            return
        name = spec(change.new).get("volumeName")
        if name and (change.type == "DELETED" or change.old is None or not spec(change.old).get("volumeName")):
            self._work.add(name)

    def _sync(self, name: str) -> None:
        volume = self._env.store.get(PV, "", name)
        if volume is None or is_deleted(volume):
            return
        ref = part(spec(volume), "claimRef")
        if not ref or not ref.get("uid"):
            self._set_phase(volume, "Available")
            return
        claim = self._env.store.get(PVC, ref["namespace"], ref["name"])
        if claim is None or uid_of(claim) != ref["uid"]:
            self._release(volume)
            return
        wanted = spec(claim).get("volumeName")
        if wanted == name:
            self._set_phase(volume, "Bound")
        elif wanted:
            self._unbind(volume)

    def _unbind(self, volume: Obj) -> None:
        """Its claim went elsewhere."""
        if PROVISIONED_BY in annotations_of(volume):
            self._release(volume)
            return
        notes = dict(annotations_of(volume))
        ref: Obj | None = part(spec(volume), "claimRef")
        if notes.pop(BOUND_BY_CONTROLLER, None):
            ref = None
        else:
            ref = {key: value for key, value in ref.items() if key != "uid"}
        changed = with_spec(with_meta(volume, annotations=notes), claimRef=ref)
        self._set_phase(self._env.registry.update(PV, changed, user=USER), "Available")

    def _release(self, volume: Obj) -> None:
        """Its claim is gone: keep it, or have it deleted (external volumes: by their provisioner)."""
        if status(volume).get("phase") not in ("Released", "Failed"):
            self._set_phase(volume, "Released")
        if spec(volume).get("persistentVolumeReclaimPolicy") != "Delete":
            return
        if PROVISIONED_BY in annotations_of(volume) or part(spec(volume), "csi"):
            return
        message = f'error getting deleter volume plugin for volume "{name_of(volume)}": '
        message += "no deletable volume plugin matched"
        current = self._env.store.get(PV, "", name_of(volume))
        if current is not None and status(current).get("phase") != "Failed":
            failed = with_status(with_phase(current, "Failed", self._env.clock.now), message=message)
            self._env.registry.update_status(PV, failed)
            self._env.recorder.event(volume, "Warning", "VolumeFailedDelete", message, component=SOURCE)

    def _set_phase(self, volume: Obj, phase: str) -> None:
        if status(volume).get("phase") != phase:
            self._env.registry.update_status(PV, with_phase(volume, phase, self._env.clock.now))
