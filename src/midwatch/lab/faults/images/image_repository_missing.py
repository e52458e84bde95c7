"""A release names a repository that does not exist."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import in_container, update_at
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "image-repository-missing",
    ("image-not-found", "image-pull-unauthorized"),
    Text("The image repository does not exist", "镜像仓库不存在"),
    Text("New pods stay in ImagePullBackOff.", "新 Pod 停留在 ImagePullBackOff。"),
    Text("Set the image back to the tag before.", "将镜像改回之前的标签。"),
    services(),
    edits(in_container(update_at("image", lambda image: image.replace(":", "-next:")))),
)
