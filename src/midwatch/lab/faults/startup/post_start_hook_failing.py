"""The postStart hook of a release calls what is not there."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import in_container, set_at
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "post-start-hook-failing",
    ("post-start-hook-failed",),
    Text("The postStart hook fails", "postStart 钩子失败"),
    Text("New containers are killed right after their start.", "新容器启动后立即被终止。"),
    Text("Repair or remove the hook.", "修复或移除钩子。"),
    services(),
    edits(in_container(set_at("lifecycle", {"postStart": {"exec": {"command": ["/bin/warm-up"]}}}))),
)
