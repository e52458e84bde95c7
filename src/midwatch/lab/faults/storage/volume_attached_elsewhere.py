"""A second pod on another node wants a volume that one node may attach."""

from __future__ import annotations

from collections import Counter
from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import Obj, labels_of, parts
from midwatch.lab.faults.change import Change, both, in_container, in_pod, merge, update_at
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Create, Edit, Fault, Plan, View
from midwatch.lab.faults.parts import pod_settings

_ZONE = "topology.kubernetes.io/zone"
_MOUNT = {"name": "data", "mountPath": "/data"}


def _plan(view: View, target: Ref, random: Random) -> Plan:
    head = {"name": f"{target.name}-data", "namespace": target.namespace}
    body: Obj = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "5Gi"}}}
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": head, "spec": body}
    ref = Ref("PersistentVolumeClaim", target.namespace, head["name"])
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": head["name"]}}
    mounted = in_container(update_at("volumeMounts", lambda known: [*(known or []), _MOUNT]))
    change = both(in_pod(update_at("volumes", lambda known: [*(known or []), volume])), mounted)
    apart = both(pod_settings({"affinity": _apart(view, head["name"])}), _labelled(head["name"]))
    return Plan((ref, target), (Create(claim), Edit(target, both(change, apart))))


def _labelled(name: str) -> Change:
    """Only the new pods keep away from one another: the old ones may stand anywhere."""
    return merge({"spec": {"template": {"metadata": {"labels": {"storage": name}}}}})


def _apart(view: View, name: str) -> Obj:
    """On two nodes of one zone, where the volume can be."""
    zones = Counter(
        labels_of(each).get(_ZONE, "") for each in view.list("Node") if not parts(each, "spec", "taints")
    )
    zone = min(zones, key=lambda each: (-zones[each], each))
    here = {"matchExpressions": [{"key": _ZONE, "operator": "In", "values": [zone]}]}
    term = {"labelSelector": {"matchLabels": {"storage": name}}, "topologyKey": "kubernetes.io/hostname"}
    required = "requiredDuringSchedulingIgnoredDuringExecution"
    return {"nodeAffinity": {required: {"nodeSelectorTerms": [here]}}, "podAntiAffinity": {required: [term]}}


FAULT = Fault(
    "volume-attached-elsewhere",
    ("volume-multi-attach",),
    Text("The volume is attached to another node", "卷已挂载到其他节点"),
    Text(
        "The second pod stays in ContainerCreating: Multi-Attach error.",
        "第二个 Pod 停留在 ContainerCreating：Multi-Attach 错误。",
    ),
    Text("Use a volume for many nodes, or one pod.", "使用支持多节点的卷或仅运行一个 Pod。"),
    services(),
    _plan,
)
