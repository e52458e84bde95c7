"""Which changes may help pods that fit nowhere, by the plugin that rejected them.

Source: kubernetes/pkg/scheduler/framework/plugins/*/ (EventsToRegister),
kubernetes/pkg/scheduler/eventhandlers.go.
"""

from __future__ import annotations

from midwatch.lab.core.kinds import CSI_NODE, NODE, POD, PV, PVC, STORAGE_CLASS
from midwatch.lab.core.objects import labels_of, spec
from midwatch.lab.core.store import Change
from midwatch.lab.scheduler.cluster import is_over, node_differs

NO_NODES = "no nodes"
_NODE = frozenset(
    {
        NO_NODES, "NodeUnschedulable", "TaintToleration", "NodeAffinity", "NodePorts", "NodeResourcesFit",
        "NodeVolumeLimits", "VolumeBinding", "VolumeZone", "PodTopologySpread", "InterPodAffinity",
    }
)  # fmt: skip
_POD_GONE = frozenset(
    {
        "NodePorts",
        "NodeResourcesFit",
        "VolumeRestrictions",
        "NodeVolumeLimits",
        "PodTopologySpread",
        "InterPodAffinity",
    }
)
_POD_HERE = frozenset({"PodTopologySpread", "InterPodAffinity"})
_VOLUME = frozenset({"VolumeBinding", "VolumeZone", "VolumeRestrictions", "NodeVolumeLimits"})
_NONE = frozenset[str]()


def helps(change: Change) -> frozenset[str]:
    """The plugins whose rejections a change may lift."""
    if change.kind is POD:
        return _pod(change)
    if change.kind is NODE:
        grows = change.old is None or node_differs(change.old, change.new)
        return _NODE if change.type != "DELETED" and grows else _NONE
    if change.kind in (PVC, PV, STORAGE_CLASS, CSI_NODE):
        return _VOLUME
    return _NONE


def _pod(change: Change) -> frozenset[str]:
    if not spec(change.new).get("nodeName"):
        return _NONE
    over = is_over(change.new)
    if change.type == "DELETED" or (over and change.old is not None and not is_over(change.old)):
        return _POD_GONE
    if over:
        return _NONE
    old = change.old
    if old is None or not spec(old).get("nodeName") or labels_of(old) != labels_of(change.new):
        return _POD_HERE
    return _NONE
