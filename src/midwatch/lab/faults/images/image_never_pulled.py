"""A pod may not pull an image that its node lacks."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import both, in_container, set_at
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.parts import previous_release
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "image-never-pulled",
    ("image-never-pulled",),
    Text("The image may not be pulled and is not there", "镜像不在节点上且禁止拉取"),
    Text("New pods wait with ErrImageNeverPull.", "新 Pod 以 ErrImageNeverPull 等待。"),
    Text("Set imagePullPolicy to IfNotPresent.", "将 imagePullPolicy 设为 IfNotPresent。"),
    services(),
    edits(both(previous_release(), in_container(set_at("imagePullPolicy", "Never")))),
)
