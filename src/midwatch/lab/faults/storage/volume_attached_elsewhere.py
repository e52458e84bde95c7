"""A second pod on another node wants a volume that one node may attach."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import Obj
from midwatch.lab.faults.change import both, in_container, in_pod, update_at
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Create, Edit, Fault, Plan, View
from midwatch.lab.faults.parts import pod_settings

_MOUNT = {"name": "data", "mountPath": "/data"}


def _plan(view: View, target: Ref, random: Random) -> Plan:
    head = {"name": f"{target.name}-data", "namespace": target.namespace}
    body: Obj = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "5Gi"}}}
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": head, "spec": body}
    ref = Ref("PersistentVolumeClaim", target.namespace, head["name"])
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": head["name"]}}
    mounted = in_container(update_at("volumeMounts", lambda known: [*(known or []), _MOUNT]))
    term = {
        "labelSelector": {"matchLabels": {"app.kubernetes.io/name": target.name}},
        "topologyKey": "kubernetes.io/hostname",
    }
    apart = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    change = both(in_pod(update_at("volumes", lambda known: [*(known or []), volume])), mounted)
    return Plan((ref, target), (Create(claim), Edit(target, both(change, pod_settings({"affinity": apart})))))


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
