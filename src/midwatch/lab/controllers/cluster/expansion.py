"""Growing volumes: the driver's part, then the node's.

Source: kubernetes/pkg/controller/volume/expand/expand_controller.go,
external-resizer/pkg/controller/controller.go.
"""

from __future__ import annotations

from midwatch.domain.quantity import parse_quantity
from midwatch.lab.controllers.cluster.pods_by_claim import Key, PodsByClaim
from midwatch.lab.core.claims import class_of, requested
from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import PV, PVC, STORAGE_CLASS
from midwatch.lab.core.objects import (
    Obj,
    condition_of,
    name_of,
    namespace_of,
    part,
    parts,
    set_condition,
    spec,
    status,
    with_spec,
    with_status,
)
from midwatch.lab.core.queue import WorkQueue
from midwatch.lab.core.registry import controller_user
from midwatch.lab.core.store import Change

COMPONENT, RESIZER = "kube-controller-manager", "csi-resizer"
_USER = controller_user("expand-controller")
_WORK, _NODE = 3.0, 10.0
"""Seconds that the storage system, and then the node, take."""
_WAITING = "Waiting for user to (re-)start a pod to finish file system resize of volume on node."


class Expansion:
    """Brings claims that ask for more than they have to their new size."""

    def __init__(self, env: Env, pods: PodsByClaim) -> None:
        self._env = env
        self._pods = pods
        self._work = WorkQueue[Key](env.clock, env.components, COMPONENT, "expand", self._announce)
        self._resizer = WorkQueue[Key](env.clock, env.components, RESIZER, "resize", self._resize)
        self._nodes = WorkQueue[Key](env.clock, env.components, "kubelets", "resize file system", self._finish)
        for each in env.store.list(PVC):
            self._note(each)
        env.store.watch(self._observe, PVC)
        pods.listen(self._observe_use)

    def _observe(self, change: Change) -> None:
        if change.type == "MODIFIED" and change.old is not None and requested(change.old) != requested(change.new):
            self._note(change.new)

    def _observe_use(self, key: Key) -> None:
        claim = self._env.store.get(PVC, *key)
        if claim is not None and condition_of(claim, "FileSystemResizePending"):
            self._nodes.add(key, _NODE)

    def _note(self, claim: Obj) -> None:
        if status(claim).get("phase") == "Bound" and requested(claim) > _has(claim):
            self._work.add((namespace_of(claim), name_of(claim)))

    def _announce(self, key: Key) -> None:
        claim = self._env.store.get(PVC, *key)
        if claim is None or requested(claim) <= _has(claim):
            return
        message = "waiting for an external controller to expand this PVC"
        self._env.recorder.event(claim, "Normal", "ExternalExpanding", message, component="volume_expand")
        self._resizer.add(key, 0.5)

    def _resize(self, key: Key) -> None:
        claim = self._env.store.get(PVC, *key)
        volume = self._env.store.get(PV, "", spec(claim or {}).get("volumeName") or "")
        driver = part(spec(volume or {}), "csi").get("driver", "")
        if claim is None or volume is None or driver not in self._env.world.drivers:
            return
        storage = self._env.store.get(STORAGE_CLASS, "", class_of(claim))
        if requested(claim) <= _has(claim) or storage is None or not storage.get("allowVolumeExpansion"):
            return
        if condition_of(claim, "Resizing") is None:
            message = f"External resizer is resizing volume {name_of(volume)}"
            self._event(driver, claim, "Resizing", message)
            self._conditions(claim, [{"type": "Resizing", "status": "True"}])
            self._resizer.add(key, _WORK)
            return
        wanted = {
            **part(spec(volume), "capacity"),
            "storage": part(spec(claim), "resources", "requests")["storage"],
        }
        self._env.registry.update(PV, with_spec(volume, capacity=wanted), user=_USER)
        self._event(driver, claim, "FileSystemResizeRequired", "Require file system resize of volume on node")
        pending: Obj = {"type": "FileSystemResizePending", "status": "True", "message": _WAITING}
        self._conditions(claim, [pending])
        self._nodes.add(key, _NODE)

    def _finish(self, key: Key) -> None:
        """The kubelet grows the file system below a running pod."""
        claim = self._env.store.get(PVC, *key)
        if claim is None or condition_of(claim, "FileSystemResizePending") is None:
            return
        placed = [each for each in self._pods.users(key) if spec(each).get("nodeName")]
        running = [each for each in placed if self._runs(each)]
        if not running:
            if placed:
                self._nodes.add(key, _NODE)
            return
        node = spec(running[0])["nodeName"]
        volume = spec(claim)["volumeName"]
        message = f'MountVolume.NodeExpandVolume succeeded for volume "{volume}" {node}'
        for about in (running[0], claim):
            self._env.recorder.event(
                about, "Normal", "FileSystemResizeSuccessful", message, component="kubelet", host=node
            )
        wanted = {
            **part(status(claim), "capacity"),
            "storage": part(spec(claim), "resources", "requests")["storage"],
        }
        self._env.registry.update_status(PVC, with_status(claim, capacity=wanted, conditions=None))

    def _runs(self, pod: Obj) -> bool:
        node = spec(pod).get("nodeName")
        return status(pod).get("phase") == "Running" and self._env.components.running(f"kubelet/{node}")

    def _conditions(self, claim: Obj, wanted: list[Obj]) -> None:
        now = self._env.clock.now
        kept = [
            each
            for each in parts(status(claim), "conditions")
            if each["type"] not in ("Resizing", "FileSystemResizePending")
        ]
        for each in wanted:
            kept = set_condition(kept, {**each, "lastProbeTime": None}, now)
        self._env.registry.update_status(PVC, with_status(claim, conditions=kept))

    def _event(self, driver: str, claim: Obj, reason: str, message: str) -> None:
        kind = "Warning" if reason == "VolumeResizeFailed" else "Normal"
        self._env.recorder.event(claim, kind, reason, message, component=f"external-resizer {driver}")


def _has(claim: Obj) -> float:
    return parse_quantity(part(status(claim), "capacity").get("storage")) or 0.0
