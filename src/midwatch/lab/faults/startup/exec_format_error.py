"""A release holds a binary for another processor."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.parts import roll_to
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "exec-format-error",
    ("command-not-executable", "image-architecture-mismatch"),
    Text("The binary cannot be executed on this platform", "二进制文件无法在该平台执行"),
    Text("New pods crash with an exec format error.", "新 Pod 因 exec format error 崩溃。"),
    Text("Set the image back to the tag before.", "将镜像改回之前的标签。"),
    services(),
    edits(roll_to("3")),
)
