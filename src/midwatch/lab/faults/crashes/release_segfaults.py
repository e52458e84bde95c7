"""A release holds a bad binary."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.parts import roll_to
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "release-segfaults",
    ("segmentation-fault",),
    Text("A new release ends with a segmentation fault", "新版本发生段错误"),
    Text("New pods crash with exit code 139.", "新 Pod 以退出码 139 崩溃。"),
    Text("Set the image back to the tag before.", "将镜像改回之前的标签。"),
    services(),
    edits(roll_to("2")),
)
