"""A release was built for another processor architecture."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.parts import roll_to
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "image-architecture-mismatch",
    ("image-architecture-mismatch",),
    Text("The image exists for arm64 only", "镜像仅支持 arm64"),
    Text("New pods cannot pull: no match for platform.", "新 Pod 拉取失败：没有匹配的平台。"),
    Text("Set the image back to the tag before.", "将镜像改回之前的标签。"),
    services(),
    edits(roll_to("4")),
)
