"""A pod template names a RuntimeClass that does not exist."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.parts import pod_settings
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "runtime-class-missing",
    ("runtime-class-missing",),
    Text("The RuntimeClass does not exist", "RuntimeClass 不存在"),
    Text("New pods are not created.", "新 Pod 无法创建。"),
    Text("Create the class, or name another.", "创建该运行时类或改为其他名称。"),
    services(),
    edits(pod_settings({"runtimeClassName": "gvisor"})),
)
