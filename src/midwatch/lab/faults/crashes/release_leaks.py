"""A release leaks memory."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import called_deployments
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.parts import roll_to
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "release-leaks",
    ("oom-killed", "memory-saturated"),
    Text("A new release leaks memory", "新版本内存泄漏"),
    Text("Containers are killed every few minutes (OOMKilled).", "容器每隔几分钟被终止（OOMKilled）。"),
    Text("Set the image back to the tag before.", "将镜像改回之前的标签。"),
    called_deployments,
    edits(roll_to("5")),
    patience=1800.0,
)
