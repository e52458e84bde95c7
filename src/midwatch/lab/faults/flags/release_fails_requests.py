"""A release answers many requests with errors."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import called_deployments
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.parts import roll_to
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "release-fails-requests",
    ("error-rate-high", "bad-rollout"),
    Text("A new release answers with errors", "新版本返回错误"),
    Text("Its error rate is high since the release.", "发布后错误率升高。"),
    Text("Set the image back to the tag before.", "将镜像改回之前的标签。"),
    called_deployments,
    edits(roll_to("0")),
    patience=1200.0,
)
