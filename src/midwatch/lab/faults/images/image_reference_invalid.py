"""An image reference is malformed."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import in_container, update_at
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "image-reference-invalid",
    ("image-reference-invalid",),
    Text("The image reference is malformed", "镜像引用格式错误"),
    Text("New pods wait with InvalidImageName.", "新 Pod 以 InvalidImageName 等待。"),
    Text("Set the image back to the tag before.", "将镜像改回之前的标签。"),
    services(),
    edits(in_container(update_at("image", lambda image: f"{image.rpartition(':')[0]}:Release 7"))),
)
