"""A release runs as root though the pod forbids it."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.parts import roll_to
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "run-as-root",
    ("run-as-non-root-violated",),
    Text("The image runs as root though the pod forbids it", "镜像以 root 运行而 Pod 禁止"),
    Text("New pods wait with CreateContainerConfigError.", "新 Pod 以 CreateContainerConfigError 等待。"),
    Text("Build the image for another user, or set runAsUser.", "为镜像指定其他用户或设置 runAsUser。"),
    services(),
    edits(roll_to("7")),
)
