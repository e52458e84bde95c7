"""Static pods: what stands in a node's manifest directory runs without the API, which only shows a mirror of it.

A part of the control plane that was stopped has had its manifest moved away: the kubelet stops its pod and takes
the mirror down. While the API does not answer, the mirror stays as it was last seen.

Source: kubernetes/pkg/kubelet/config/common.go (applyDefaults), kubernetes/pkg/kubelet/pod/mirror_client.go
(CreateMirrorPod), kubernetes/pkg/kubelet/kubelet.go (tryReconcileMirrorPods).
"""

from __future__ import annotations

from hashlib import md5

from midwatch.lab.core.kinds import NAMESPACE, POD
from midwatch.lab.core.objects import (
    Obj,
    annotations_of,
    is_deleted,
    name_of,
    namespace_of,
    parts,
    spec,
    stamp,
    uid_of,
    with_meta,
    with_spec,
)
from midwatch.lab.core.registry import User
from midwatch.lab.kubelet.host import Host

MIRROR = "kubernetes.io/config.mirror"


def is_mirror(pod: Obj) -> bool:
    """Whether a pod of the API only shows a static pod. Source: kubernetes/pkg/kubelet/types/pod_update.go."""
    return MIRROR in annotations_of(pod)


class StaticPods:
    """Those of one node. `withheld` are the mirrors whose pods were stopped while the API did not answer."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._user = User(f"system:node:{host.name}", ("system:nodes", "system:authenticated"), system=True)
        self.withheld: set[str] = set()

    def look(self) -> None:
        """Bring mirrors in line with the manifests."""
        if not self._host.running:
            return
        for each in self._host.env.world.manifests.get(self._host.name, ()):
            mirror = self._host.env.store.get(POD, namespace_of(each), f"{name_of(each)}-{self._host.name}")
            if not self._host.env.components.running(name_of(each)):
                self._stop(mirror)
            elif mirror is None:
                self._show(each)
            elif uid_of(mirror) in self.withheld:
                self.withheld.discard(uid_of(mirror))
                self._host.poke(uid_of(mirror), 0.0)

    def _show(self, manifest: Obj) -> None:
        env = self._host.env
        if self._host.node is None or not self._host.api_answers:
            return
        if env.store.get(NAMESPACE, "", namespace_of(manifest)) is not None:
            env.registry.create(POD, self._mirror(manifest), user=self._user)

    def _mirror(self, manifest: Obj) -> Obj:
        host, node = self._host, self._host.node or {}
        digest = md5(repr((host.name, manifest)).encode(), usedforsecurity=False).hexdigest()
        notes = {
            **annotations_of(manifest),
            "kubernetes.io/config.hash": digest,
            MIRROR: digest,
            "kubernetes.io/config.seen": stamp(host.now),
            "kubernetes.io/config.source": "file",
        }
        owner = {
            "apiVersion": "v1",
            "kind": "Node",
            "name": host.name,
            "uid": uid_of(node),
            "controller": True,
        }
        found = with_meta(
            manifest, name=f"{name_of(manifest)}-{host.name}", annotations=notes, ownerReferences=[owner]
        )
        everything = {"operator": "Exists", "effect": "NoExecute"}
        return with_spec(
            found, nodeName=host.name, tolerations=[*parts(spec(manifest), "tolerations"), everything]
        )

    def _stop(self, mirror: Obj | None) -> None:
        if mirror is None or is_deleted(mirror):
            return
        if self._host.api_answers:
            self._host.env.registry.delete(POD, namespace_of(mirror), name_of(mirror), user=self._user)
            return
        self.withheld.add(uid_of(mirror))
        tenant = self._host.tenants.get(uid_of(mirror))
        for slot in tenant.alive if tenant is not None else ():
            if slot.process is not None:
                self._host.env.runtime.end(slot.process, 0, "Completed")
