"""The selector of a Service matches no pods."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import set_at
from midwatch.lab.faults.choose import called_services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "service-selector-wrong",
    ("service-selector-mismatch",),
    Text("A Service selects no pods", "Service 未选中任何 Pod"),
    Text("The Service has no endpoints; callers are refused.", "Service 没有端点，调用方被拒绝。"),
    Text("Set the labels of the pods as its selector.", "将选择器设为 Pod 的标签。"),
    called_services,
    edits(set_at("spec.selector", {"app.kubernetes.io/name": "green"})),
)
