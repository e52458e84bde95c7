"""Whether the volumes of a pod can be used on a node, or made there.

Source: kubernetes/pkg/scheduler/framework/plugins/{volumebinding,volumezone,volumerestrictions,nodevolumelimits}.
"""

from __future__ import annotations

from dataclasses import dataclass

from midwatch.lab.core.claims import (
    NO_PROVISIONER,
    accepts,
    best_volume,
    class_of,
    is_bound,
    is_delayed,
    usable_on,
)
from midwatch.lab.core.kinds import CSI_NODE, PV, PVC, STORAGE_CLASS
from midwatch.lab.core.objects import Obj, is_deleted, labels_of, name_of, part, parts, spec, status
from midwatch.lab.core.store import Store
from midwatch.lab.scheduler.cluster import Cluster
from midwatch.lab.scheduler.node_state import NodeState
from midwatch.lab.scheduler.rejection import Pod, Rejection

PLUGIN = "VolumeBinding"
UNBOUND = "pod has unbound immediate PersistentVolumeClaims"
_CONFLICT = Rejection(PLUGIN, ("node(s) had volume node affinity conflict",))
_NOTHING = Rejection(PLUGIN, ("node(s) didn't find available persistent volumes to bind",))
_LOST = Rejection(PLUGIN, ("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)",))
_ZONE = Rejection("VolumeZone", ("node(s) had no available volume zone",))
_COUNT = Rejection("NodeVolumeLimits", ("node(s) exceed max volume count",), final=False)
_ONCE = Rejection(
    "VolumeRestrictions",
    ("node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode",),
    final=False,
)
_ZONES = (
    "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region",
)


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of a pod: bound ones with their volumes (None: there is none), and those bound once placed."""

    bound: tuple[tuple[Obj, Obj | None], ...] = ()
    delayed: tuple[Obj, ...] = ()


def prefilter(store: Store, cluster: Cluster, pod: Pod) -> Claims | Rejection:
    """Look the claims of a pod up; a rejection holds for all nodes."""
    bound: list[tuple[Obj, Obj | None]] = []
    delayed: list[Obj] = []
    immediate = False
    for name in pod.template.claims:
        claim = store.get(PVC, pod.namespace, name)
        if claim is None:
            return Rejection("VolumeRestrictions", (f'persistentvolumeclaim "{name}" not found',))
        problem = _claim_problem(claim, name) or _exclusive(cluster, pod, claim)
        if problem is not None:
            return problem
        if is_bound(claim):
            bound.append((claim, store.get(PV, "", spec(claim)["volumeName"])))
        elif is_delayed(store, claim) and not spec(claim).get("volumeName"):
            delayed.append(claim)
        else:
            immediate = True
    if immediate:
        return Rejection(PLUGIN, (UNBOUND,))
    return Claims(tuple(bound), tuple(delayed))


def _claim_problem(claim: Obj, name: str) -> Rejection | None:
    if status(claim).get("phase") == "Lost":
        volume = spec(claim).get("volumeName", "")
        reason = f'persistentvolumeclaim "{name}" bound to non-existent persistentvolume "{volume}"'
        return Rejection(PLUGIN, (reason,))
    if is_deleted(claim):
        return Rejection(PLUGIN, (f'persistentvolumeclaim "{name}" is being deleted',))
    return None


def _exclusive(cluster: Cluster, pod: Pod, claim: Obj) -> Rejection | None:
    if "ReadWriteOncePod" not in (spec(claim).get("accessModes") or ()):
        return None
    key = pod.namespace, name_of(claim)
    return _ONCE if any(each.claims.get(key, 0) > 0 for each in cluster.nodes.values()) else None


class VolumeFilter:
    """The volumes of one pod against nodes."""

    def __init__(self, store: Store, claims: Claims) -> None:
        self._store = store
        self._claims = claims

    def reject(self, node: NodeState) -> Rejection | None:
        """Why a node is out."""
        if self._exceeds(node):
            return _COUNT
        for _, volume in self._claims.bound:
            if volume is None:
                return _LOST
            if not usable_on(volume, node.labels, node.name):
                return _CONFLICT
        if any(not self._can_bind(each, node) for each in self._claims.delayed):
            return _NOTHING
        return _ZONE if any(not _in_zone(each, node) for _, each in self._claims.bound) else None

    def _can_bind(self, claim: Obj, node: NodeState) -> bool:
        if best_volume(self._store, claim, (node.name, node.labels)) is not None:
            return True
        storage = self._store.get(STORAGE_CLASS, "", class_of(claim))
        if storage is None or storage.get("provisioner") == NO_PROVISIONER:
            return False
        terms = parts(storage, "allowedTopologies")
        return not terms or any(accepts(_selector(each), node.labels, node.name) for each in terms)

    def _exceeds(self, node: NodeState) -> bool:
        """Whether a driver's limit of volumes on this node would be passed."""
        found = self._store.get(CSI_NODE, "", node.name)
        limits = {
            each["name"]: each["allocatable"]["count"]
            for each in parts(spec(found or {}), "drivers")
            if "count" in part(each, "allocatable")
        }
        if not limits:
            return False
        here = {self._volume(*key) for key, count in node.claims.items() if count > 0} - {None}
        more = {_driver(volume) for _, volume in self._claims.bound} | {
            self._driver_of(each) for each in self._claims.delayed
        }
        return any(
            sum(each is not None and each[0] == driver for each in here | more) > limit
            for driver, limit in limits.items()
            if any(each is not None and each[0] == driver for each in more)
        )

    def _volume(self, namespace: str, name: str) -> tuple[str, str] | None:
        claim = self._store.get(PVC, namespace, name)
        if claim is None or not is_bound(claim):
            return None
        return _driver(self._store.get(PV, "", spec(claim)["volumeName"]))

    def _driver_of(self, claim: Obj) -> tuple[str, str] | None:
        storage = self._store.get(STORAGE_CLASS, "", class_of(claim))
        return (storage.get("provisioner", ""), f"new {name_of(claim)}") if storage is not None else None


def _driver(volume: Obj | None) -> tuple[str, str] | None:
    csi: Obj = spec(volume or {}).get("csi") or {}
    return (csi["driver"], csi.get("volumeHandle", "")) if csi.get("driver") else None


def _selector(term: Obj) -> Obj:
    found: list[Obj] = [
        {"key": each["key"], "operator": "In", "values": each.get("values") or []}
        for each in parts(term, "matchLabelExpressions")
    ]
    return {"nodeSelectorTerms": [{"matchExpressions": found}]}


def _in_zone(volume: Obj | None, node: NodeState) -> bool:
    labels = labels_of(volume or {})
    wanted = [(key, labels[key].split("__")) for key in _ZONES if key in labels]
    return all(node.labels.get(key, "") in values for key, values in wanted)
