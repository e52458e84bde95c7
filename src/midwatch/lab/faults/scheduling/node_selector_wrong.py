"""A nodeSelector asks for a label that no node has."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.parts import pod_settings
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "node-selector-wrong",
    ("node-selector-mismatch",),
    Text("No node has the wanted label", "没有节点具有所需的标签"),
    Text("New pods stay Pending.", "新 Pod 保持 Pending。"),
    Text("Select a label that nodes have.", "选择节点具有的标签。"),
    services(),
    edits(pod_settings({"nodeSelector": {"disk": "nvme"}})),
)
