"""A pod template names a PriorityClass that does not exist."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.parts import pod_settings
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "priority-class-missing",
    ("priority-class-missing",),
    Text("The PriorityClass does not exist", "PriorityClass 不存在"),
    Text("New pods are not created.", "新 Pod 无法创建。"),
    Text("Create the class, or name another.", "创建该优先级类或改为其他名称。"),
    services(),
    edits(pod_settings({"priorityClassName": "business-critical"})),
)
