"""The storage backend refuses to make volumes."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import Obj
from midwatch.lab.faults.change import both, in_container, in_pod, update_at
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Create, Edit, Fault, Plan, Tamper, View
from midwatch.lab.world.world import World

_MOUNT = {"name": "data", "mountPath": "/data"}
_DRIVER = "disk.csi.lab.example"
_WHY = "rpc error: code = ResourceExhausted desc = volume quota of the project exceeded"


def _refuse(world: World) -> None:
    world.drivers[_DRIVER] = replace(world.drivers[_DRIVER], fails=_WHY)


def _allow(world: World) -> None:
    world.drivers[_DRIVER] = replace(world.drivers[_DRIVER], fails="")


def _plan(view: View, target: Ref, random: Random) -> Plan:
    head = {"name": f"{target.name}-data", "namespace": target.namespace}
    body: Obj = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "5Gi"}}}
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": head, "spec": body}
    ref = Ref("PersistentVolumeClaim", target.namespace, head["name"])
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": head["name"]}}
    mounted = in_container(update_at("volumeMounts", lambda known: [*(known or []), _MOUNT]))
    change = both(in_pod(update_at("volumes", lambda known: [*(known or []), volume])), mounted)
    return Plan((ref, target), (Tamper(_refuse, _allow), Create(claim), Edit(target, change)))


FAULT = Fault(
    "provisioning-fails",
    ("volume-provisioning-failed",),
    Text("The provisioner cannot make the volume", "无法供应卷"),
    Text("New pods stay Pending.", "新 Pod 保持 Pending。"),
    Text("Raise the quota of the storage backend.", "提高存储后端配额。"),
    services(),
    _plan,
)
