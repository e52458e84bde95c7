"""The attach-detach controller, and the attachers of the drivers.

Source: kubernetes/pkg/controller/volume/attachdetach/reconciler/reconciler.go,
kubernetes/pkg/volume/util/operationexecutor/operation_generator.go, kubernetes/pkg/volume/csi/csi_attacher.go.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from midwatch.lab.controllers.cluster.pods_by_claim import Key, PodsByClaim
from midwatch.lab.core.claims import is_bound
from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import CSI_DRIVER, NODE, PV, PVC, VOLUME_ATTACHMENT
from midwatch.lab.core.objects import (
    Obj,
    condition_of,
    name_of,
    part,
    parts,
    spec,
    status,
    uid_of,
    with_status,
)
from midwatch.lab.core.queue import WorkQueue
from midwatch.lab.core.registry import controller_user
from midwatch.lab.core.store import Change

COMPONENT, ATTACHER = "kube-controller-manager", "csi-attacher"
_SOURCE = "attachdetach-controller"
_USER = controller_user("attachdetach-controller")
_ATTACH, _DETACH = 2.0, 4.0
"""Seconds that a storage system takes, mounting and unmounting on the node included."""
_TIMEOUT = 120.0  # csiTimeout of the attacher
_UNMOUNT = 360.0  # maxWaitForUnmountDuration: an unhealthy node gets this long
_EXCLUSIVE = frozenset({"ReadWriteOnce", "ReadWriteOncePod"})


@dataclass(frozen=True, slots=True)
class _Use:
    """A volume that pods use on nodes."""

    name: str
    driver: str
    handle: str
    exclusive: bool
    pods: tuple[Obj, ...]

    @property
    def unique(self) -> str:
        """Its name in the status of nodes."""
        return f"kubernetes.io/csi/{self.driver}^{self.handle}"

    def on(self, node: str) -> list[Obj]:
        """The pods that use it there."""
        return [each for each in self.pods if spec(each)["nodeName"] == node]


class Attachments:
    """Keeps a VolumeAttachment for each volume and node that needs one."""

    def __init__(self, env: Env, pods: PodsByClaim) -> None:
        self._env = env
        self._pods = pods
        self._reported: set[tuple[str, str]] = set()
        self._by_volume: dict[str, dict[str, None]] = {}
        self._work = WorkQueue[str](env.clock, env.components, COMPONENT, "attach", self._sync)
        self._attacher = WorkQueue[str](env.clock, env.components, ATTACHER, "attach", self._attach)
        self._detacher = WorkQueue[str](env.clock, env.components, ATTACHER, "detach", self._detach)
        self._late = WorkQueue[str](env.clock, env.components, COMPONENT, "attach timeout", self._timeout)
        for each in env.store.list(VOLUME_ATTACHMENT):
            self._index(each)
        for each in env.store.list(PV):
            self._work.add(name_of(each))
        env.store.watch(self._observe, PVC, PV, VOLUME_ATTACHMENT, NODE)
        pods.listen(self._observe_use)

    def _observe_use(self, key: Key) -> None:
        claim = self._env.store.get(PVC, *key)
        if claim is not None and spec(claim).get("volumeName"):
            self._work.add(spec(claim)["volumeName"])

    def _observe(self, change: Change) -> None:
        if change.kind is PVC:
            if spec(change.new).get("volumeName"):
                self._work.add(spec(change.new)["volumeName"])
        elif change.kind is PV:
            self._work.add(name_of(change.new))
        elif change.kind is VOLUME_ATTACHMENT:
            self._observe_attachment(change)
        elif change.type == "DELETED" or (change.old is not None and _health(change.old) != _health(change.new)):
            for each in parts(status(change.new), "volumesAttached"):
                self._work.add(self._volume_named(each["name"]))

    def _observe_attachment(self, change: Change) -> None:
        name = _volume_of(change.new)
        if change.type == "DELETED":
            self._by_volume.get(name, {}).pop(name_of(change.new), None)
        else:
            self._index(change.new)
        self._work.add(name)

    def _index(self, attachment: Obj) -> None:
        self._by_volume.setdefault(_volume_of(attachment), {})[name_of(attachment)] = None

    def _volume_named(self, unique: str) -> str:
        handle = unique.partition("^")[2]
        found = (
            each for each in self._env.store.list(PV) if part(spec(each), "csi").get("volumeHandle") == handle
        )
        return next((name_of(each) for each in found), "")

    def _sync(self, name: str) -> None:
        use = self._use(name)
        attachments = self._attachments(name)
        if use is None:
            for each in attachments:
                self._drop(each)
            return
        wanted = {spec(each)["nodeName"]: None for each in use.pods}
        for node, each in ((spec(each)["nodeName"], each) for each in attachments):
            if node not in wanted:
                self._drop(each)
        have = {spec(each)["nodeName"] for each in self._attachments(name)}
        for node in wanted:
            if node not in have:
                self._want(use, node, have)
                have = {spec(each)["nodeName"] for each in self._attachments(name)}

    def _use(self, name: str) -> _Use | None:
        volume = self._env.store.get(PV, "", name)
        csi = part(spec(volume or {}), "csi")
        ref = part(spec(volume or {}), "claimRef")
        if volume is None or not csi or not ref or not self._needs_attachment(csi["driver"]):
            return None
        claim = self._env.store.get(PVC, ref["namespace"], ref["name"])
        users: list[Obj] = []
        if claim is not None and is_bound(claim) and uid_of(claim) == ref.get("uid"):
            users = [
                each for each in self._pods.users((ref["namespace"], ref["name"])) if spec(each).get("nodeName")
            ]
        exclusive = set[str](spec(volume).get("accessModes") or ()) <= _EXCLUSIVE
        driver = self._env.world.drivers.get(csi["driver"])
        multi = driver is not None and driver.multi
        return _Use(name, csi["driver"], csi.get("volumeHandle", ""), exclusive and not multi, tuple(users))

    def _needs_attachment(self, driver: str) -> bool:
        found = self._env.store.get(CSI_DRIVER, "", driver)
        return found is None or spec(found).get("attachRequired", True)

    def _attachments(self, name: str) -> list[Obj]:
        found = [self._env.store.get(VOLUME_ATTACHMENT, "", each) for each in self._by_volume.get(name, {})]
        return [each for each in found if each is not None]

    def _want(self, use: _Use, node: str, elsewhere: set[str]) -> None:
        """Attach a volume to a node, unless it is attached to another one only."""
        if use.exclusive and elsewhere:
            self._report(use, node, elsewhere)
            return
        name = "csi-" + sha256(f"{use.handle}{use.driver}{node}".encode()).hexdigest()
        body = {"attacher": use.driver, "nodeName": node, "source": {"persistentVolumeName": use.name}}
        self._env.registry.create(VOLUME_ATTACHMENT, {"metadata": {"name": name}, "spec": body}, user=_USER)
        self._attacher.add(name, _ATTACH)
        self._late.add(name, _TIMEOUT)

    def _report(self, use: _Use, node: str, elsewhere: set[str]) -> None:
        """Source: reconciler.go (reportMultiAttachError)."""
        others = [each for each in use.pods if spec(each)["nodeName"] in elsewhere]
        why = "Volume is already exclusively attached to one node and can't be attached to another"
        if others:
            why = f"Volume is already used by pod(s) {', '.join(name_of(each) for each in others)}"
        for pod in use.on(node):
            if (uid_of(pod), use.name) not in self._reported:
                self._reported.add((uid_of(pod), use.name))
                message = f'Multi-Attach error for volume "{use.name}" {why}'
                self._env.recorder.event(pod, "Warning", "FailedAttachVolume", message, component=_SOURCE)

    def _attach(self, name: str) -> None:
        """The driver's attacher has done it."""
        found = self._env.store.get(VOLUME_ATTACHMENT, "", name)
        if (
            found is None
            or status(found).get("attached")
            or spec(found)["attacher"] not in self._env.world.drivers
        ):
            return
        self._env.registry.update_status(VOLUME_ATTACHMENT, with_status(found, attached=True))
        use = self._use(_volume_of(found))
        if use is None:
            return
        node = spec(found)["nodeName"]
        self._list_on_node(node, use.unique, attached=True)
        for pod in use.on(node):
            message = f'AttachVolume.Attach succeeded for volume "{use.name}" '
            self._env.recorder.event(pod, "Normal", "SuccessfulAttachVolume", message, component=_SOURCE)

    def _timeout(self, name: str) -> None:
        """Nobody attached it in time: tell the pods, again and again."""
        found = self._env.store.get(VOLUME_ATTACHMENT, "", name)
        if found is None or status(found).get("attached"):
            return
        use = self._use(_volume_of(found))
        for pod in use.on(spec(found)["nodeName"]) if use is not None else ():
            driver, handle = spec(found)["attacher"], use.handle if use is not None else ""
            message = (
                f'AttachVolume.Attach failed for volume "{_volume_of(found)}" : timed out waiting for '
                f"external-attacher of {driver} CSI driver to attach volume {handle}"
            )
            self._env.recorder.event(pod, "Warning", "FailedAttachVolume", message, component=_SOURCE)
        self._late.add(name, _TIMEOUT)

    def _drop(self, attachment: Obj) -> None:
        """Detach when the node had the time to unmount: a sick one gets six minutes, a dead one none."""
        node = self._env.store.get(NODE, "", spec(attachment)["nodeName"])
        wait = _DETACH
        if node is not None and _health(node) == (False, False):
            wait = _UNMOUNT
        self._detacher.add(name_of(attachment), wait)

    def _detach(self, name: str) -> None:
        found = self._env.store.get(VOLUME_ATTACHMENT, "", name)
        if found is None:
            return
        use = self._use(_volume_of(found))
        node = spec(found)["nodeName"]
        if use is not None and use.on(node):
            return
        self._env.registry.delete(VOLUME_ATTACHMENT, "", name, user=_USER)
        if use is not None:
            self._list_on_node(node, use.unique, attached=False)
            self._reported = {each for each in self._reported if each[1] != use.name}

    def _list_on_node(self, name: str, unique: str, *, attached: bool) -> None:
        node = self._env.store.get(NODE, "", name)
        if node is None:
            return
        rest = [each for each in parts(status(node), "volumesAttached") if each["name"] != unique]
        if attached:
            rest.append({"name": unique, "devicePath": ""})
        self._env.registry.update_status(NODE, with_status(node, volumesAttached=rest or None))


def _volume_of(attachment: Obj) -> str:
    return part(spec(attachment), "source").get("persistentVolumeName") or ""


def _health(node: Obj) -> tuple[bool, bool]:
    """Whether a node is ready, and whether it is marked as out of service."""
    ready = (condition_of(node, "Ready") or {}).get("status") == "True"
    taints = parts(spec(node), "taints")
    return ready, any(each.get("key") == "node.kubernetes.io/out-of-service" for each in taints)
