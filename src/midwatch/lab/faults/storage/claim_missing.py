"""A release mounts a claim that does not exist."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.change import both, in_container, in_pod, update_at
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Edit, Fault, Plan, View

_MOUNT = {"name": "data", "mountPath": "/data"}


def _plan(view: View, target: Ref, random: Random) -> Plan:
    ref = Ref("PersistentVolumeClaim", target.namespace, f"{target.name}-data")
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": f"{target.name}-data"}}
    mounted = in_container(update_at("volumeMounts", lambda known: [*(known or []), _MOUNT]))
    change = both(in_pod(update_at("volumes", lambda known: [*(known or []), volume])), mounted)
    return Plan((target, ref), (Edit(target, change),))


FAULT = Fault(
    "claim-missing",
    ("pvc-missing",),
    Text("The mounted claim does not exist", "挂载的 PVC 不存在"),
    Text("New pods stay Pending.", "新 Pod 保持 Pending。"),
    Text("Create the claim.", "创建 PVC。"),
    services(),
    _plan,
)
