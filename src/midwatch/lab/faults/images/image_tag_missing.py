"""A release names an image tag that was never pushed."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import in_container, update_at
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "image-tag-missing",
    ("image-not-found",),
    Text("A new release names an image tag that does not exist", "新版本引用了不存在的镜像标签"),
    Text(
        "New pods stay in ImagePullBackOff while the old ones go on serving.",
        "新 Pod 停留在 ImagePullBackOff，旧 Pod 继续服务。",
    ),
    Text("Set the image back to the tag before.", "将镜像改回之前的标签。"),
    services(),
    edits(in_container(update_at("image", lambda image: f"{image.rpartition(':')[0]}:9.9.9"))),
)
