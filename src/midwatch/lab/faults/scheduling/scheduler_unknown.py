"""A pod template names a scheduler that does not run."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.parts import pod_settings
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "scheduler-unknown",
    ("scheduler-unknown",),
    Text("The named scheduler does not exist", "指定的调度器不存在"),
    Text("New pods stay Pending without an event.", "新 Pod 保持 Pending 且没有事件。"),
    Text("Use default-scheduler.", "使用 default-scheduler。"),
    services(),
    edits(pod_settings({"schedulerName": "batch-scheduler"})),
)
