"""A scheduling gate that nobody removes."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.parts import pod_settings
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "scheduling-gated",
    ("scheduling-gated",),
    Text("A scheduling gate holds the pods back", "调度门控阻止了 Pod"),
    Text("New pods are SchedulingGated.", "新 Pod 处于 SchedulingGated。"),
    Text("Remove the gate.", "移除门控。"),
    services(),
    edits(pod_settings({"schedulingGates": [{"name": "example.com/quota-approval"}]})),
)
