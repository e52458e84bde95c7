"""Claims in use and bound volumes are not deleted before they are free.

Source: kubernetes/pkg/controller/volume/{pvcprotection,pvprotection},
kubernetes/plugin/pkg/admission/storage/storageobjectinuseprotection.
"""

from __future__ import annotations

from midwatch.lab.controllers.cluster.pods_by_claim import Key, PodsByClaim
from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import PV, PVC, Kind
from midwatch.lab.core.objects import Obj, is_deleted, meta, name_of, namespace_of, status, with_meta
from midwatch.lab.core.queue import WorkQueue
from midwatch.lab.core.registry import controller_user
from midwatch.lab.core.store import Change

COMPONENT = "kube-controller-manager"
FINALIZERS = {PVC: "kubernetes.io/pvc-protection", PV: "kubernetes.io/pv-protection"}


class Protection:
    """Puts the finalizers on, and takes them off when nobody uses the object."""

    def __init__(self, env: Env, pods: PodsByClaim) -> None:
        self._env = env
        self._pods = pods
        self._claims = WorkQueue[Key](env.clock, env.components, COMPONENT, "protect claim", self._sync_claim)
        self._volumes = WorkQueue[str](env.clock, env.components, COMPONENT, "protect volume", self._sync_volume)
        for each in env.store.list(PVC):
            self._claims.add((namespace_of(each), name_of(each)))
        for each in env.store.list(PV):
            self._volumes.add(name_of(each))
        env.store.watch(self._observe, PVC, PV)
        pods.listen(self._claims.add)

    def _observe(self, change: Change) -> None:
        if change.type == "DELETED" or not (is_deleted(change.new) or not _protected(change.kind, change.new)):
            return
        if change.kind is PVC:
            self._claims.add((namespace_of(change.new), name_of(change.new)))
        else:
            self._volumes.add(name_of(change.new))

    def _sync_claim(self, key: Key) -> None:
        claim = self._env.store.get(PVC, *key)
        if claim is not None and not (is_deleted(claim) and self._pods.users(key)):
            self._settle(PVC, claim)

    def _sync_volume(self, name: str) -> None:
        volume = self._env.store.get(PV, "", name)
        if volume is not None and not (is_deleted(volume) and status(volume).get("phase") == "Bound"):
            self._settle(PV, volume)

    def _settle(self, kind: Kind, found: Obj) -> None:
        if is_deleted(found):
            self._env.registry.finalize(kind, found, FINALIZERS[kind])
        elif not _protected(kind, found):
            finalizers: list[str] = meta(found).get("finalizers") or []
            protected = with_meta(found, finalizers=[*finalizers, FINALIZERS[kind]])
            user = controller_user("pvc-protection-controller" if kind is PVC else "pv-protection-controller")
            self._env.registry.update(kind, protected, user=user)


def _protected(kind: Kind, found: Obj) -> bool:
    return FINALIZERS[kind] in (meta(found).get("finalizers") or ())
