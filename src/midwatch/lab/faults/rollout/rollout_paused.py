"""A Deployment was paused in the middle of a change."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import both, set_at
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.parts import previous_release
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "rollout-paused",
    ("rollout-paused",),
    Text("The rollout is paused with a change pending", "发布被暂停且有未完成的变更"),
    Text("The change is not rolled out.", "变更未被发布。"),
    Text("Resume the rollout.", "恢复发布。"),
    services(),
    edits(both(previous_release(), set_at("spec.paused", True))),
)
