"""A claim names a StorageClass that does not exist."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import Obj
from midwatch.lab.faults.change import both, in_container, in_pod, update_at
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Create, Edit, Fault, Plan, View

_MOUNT = {"name": "data", "mountPath": "/data"}


def _plan(view: View, target: Ref, random: Random) -> Plan:
    head = {"name": f"{target.name}-data", "namespace": target.namespace}
    body: Obj = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "5Gi"}},
        "storageClassName": "fast-nvme",
    }
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": head, "spec": body}
    ref = Ref("PersistentVolumeClaim", target.namespace, head["name"])
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": f"{target.name}-data"}}
    mounted = in_container(update_at("volumeMounts", lambda known: [*(known or []), _MOUNT]))
    change = both(in_pod(update_at("volumes", lambda known: [*(known or []), volume])), mounted)
    return Plan(
        (ref, target),
        (
            Create(claim),
            Edit(target, change),
        ),
    )


FAULT = Fault(
    "storage-class-missing",
    ("pvc-storage-class-missing",),
    Text("The StorageClass of a claim does not exist", "PVC 的 StorageClass 不存在"),
    Text("New pods stay Pending.", "新 Pod 保持 Pending。"),
    Text("Name a class that exists.", "改为存在的 StorageClass。"),
    services(),
    _plan,
)
