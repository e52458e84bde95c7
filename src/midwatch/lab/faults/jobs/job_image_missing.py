"""The image of a CronJob does not exist."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import in_container, update_at
from midwatch.lab.faults.choose import of_kind
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "job-image-missing",
    ("image-not-found",),
    Text("The image of a CronJob does not exist", "CronJob 的镜像不存在"),
    Text("Its pods stay in ImagePullBackOff.", "其 Pod 停留在 ImagePullBackOff。"),
    Text("Set the image back to the tag before.", "将镜像改回之前的标签。"),
    of_kind("CronJob"),
    edits(in_container(update_at("image", lambda image: f"{image.rpartition(':')[0]}:9.9.9"))),
    patience=2400.0,
)
