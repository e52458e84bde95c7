"""The memory limit was lowered below what the program needs."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.core.objects import part
from midwatch.lab.faults.change import in_container, update_at
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "memory-limit-too-low",
    ("oom-killed",),
    Text("The memory limit is too low", "内存限制过低"),
    Text("Containers are killed for want of memory (OOMKilled).", "容器因内存不足被终止（OOMKilled）。"),
    Text("Raise the limit.", "提高限制。"),
    services(),
    edits(
        in_container(
            update_at(
                "resources",
                lambda found: {
                    "requests": {**part(found, "requests"), "memory": "24Mi"},
                    "limits": {**part(found, "limits"), "memory": "32Mi"},
                },
            )
        )
    ),
)
