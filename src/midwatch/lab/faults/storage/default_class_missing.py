"""A claim names no class, and no class is the default."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import Obj
from midwatch.lab.faults.change import both, in_container, in_pod, remove_at, update_at
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Create, Edit, Fault, Plan, View

_MOUNT = {"name": "data", "mountPath": "/data"}
_DEFAULT = Ref("StorageClass", "", "standard")


def _plan(view: View, target: Ref, random: Random) -> Plan:
    head = {"name": f"{target.name}-data", "namespace": target.namespace}
    body: Obj = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "5Gi"}}}
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": head, "spec": body}
    ref = Ref("PersistentVolumeClaim", target.namespace, head["name"])
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": head["name"]}}
    mounted = in_container(update_at("volumeMounts", lambda known: [*(known or []), _MOUNT]))
    change = both(in_pod(update_at("volumes", lambda known: [*(known or []), volume])), mounted)
    return Plan(
        (ref, target), (Edit(_DEFAULT, remove_at("metadata.annotations")), Create(claim), Edit(target, change))
    )


FAULT = Fault(
    "default-class-missing",
    ("default-storage-class-missing",),
    Text("There is no default StorageClass", "没有默认 StorageClass"),
    Text("New pods stay Pending.", "新 Pod 保持 Pending。"),
    Text("Mark one class as the default.", "将一个 StorageClass 设为默认。"),
    services(),
    _plan,
)
