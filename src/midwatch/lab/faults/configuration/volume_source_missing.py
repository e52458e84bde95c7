"""A mounted ConfigMap does not exist."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.change import both, in_container, in_pod, update_at
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Edit, Fault, Plan, View


def _plan(view: View, target: Ref, random: Random) -> Plan:
    volume = {"name": "extra", "configMap": {"name": "extra-settings"}}
    mount = {"name": "extra", "mountPath": "/etc/extra"}
    added = in_container(update_at("volumeMounts", lambda found: [*(found or []), mount]))
    holder = in_pod(update_at("volumes", lambda found: [*(found or []), volume]))
    return Plan((target,), (Edit(target, both(holder, added)),))


FAULT = Fault(
    "volume-source-missing",
    ("configmap-missing", "volume-source-missing"),
    Text("A mounted ConfigMap does not exist", "挂载的 ConfigMap 不存在"),
    Text(
        "New pods stay in ContainerCreating with FailedMount.", "新 Pod 停留在 ContainerCreating（FailedMount）。"
    ),
    Text("Create the ConfigMap, or mount the right one.", "创建 ConfigMap 或挂载正确的 ConfigMap。"),
    services(),
    _plan,
)
