"""A release is slow."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import called_deployments
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.parts import roll_to
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "release-slow",
    ("latency-high", "cpu-overload", "cpu-throttled", "bad-rollout"),
    Text("A new release is slow", "新版本响应慢"),
    Text("Its latency is high since the release.", "发布后延迟升高。"),
    Text("Set the image back to the tag before.", "将镜像改回之前的标签。"),
    called_deployments,
    edits(roll_to("6")),
    patience=1200.0,
)
