"""A release crashes at the start."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.parts import roll_to
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "release-crashes",
    ("application-crash", "bad-rollout", "container-crashing"),
    Text("A new release crashes at the start", "新版本启动即崩溃"),
    Text(
        "New pods are in CrashLoopBackOff; the old ones go on serving.",
        "新 Pod 处于 CrashLoopBackOff，旧 Pod 继续服务。",
    ),
    Text("Set the image back to the tag before.", "将镜像改回之前的标签。"),
    services(),
    edits(roll_to("1")),
)
