"""A pod template names a node that does not exist."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.parts import pod_settings
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "node-name-unknown",
    ("node-name-unknown",),
    Text("The named node does not exist", "指定的节点不存在"),
    Text("New pods stay Pending or vanish.", "新 Pod 保持 Pending 或消失。"),
    Text("Remove spec.nodeName.", "移除 spec.nodeName。"),
    services(),
    edits(pod_settings({"nodeName": "worker-99"})),
)
