"""A Deployment that others call was scaled to zero."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import set_at
from midwatch.lab.faults.choose import called_deployments, unscaled
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "scaled-to-zero",
    ("zero-replicas",),
    Text("A called service is scaled to zero", "被调用的服务缩容为零"),
    Text("Its Service has no endpoints; callers fail.", "其 Service 没有端点，调用方失败。"),
    Text("Scale it up again.", "重新扩容。"),
    lambda view: [each for each in unscaled(view) if each in called_deployments(view)],
    edits(set_at("spec.replicas", 0)),
)
