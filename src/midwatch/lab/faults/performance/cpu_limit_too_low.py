"""The CPU limit was lowered below what the load needs."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import in_container, set_at
from midwatch.lab.faults.choose import called_deployments
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "cpu-limit-too-low",
    ("cpu-throttled",),
    Text("A service is throttled at its CPU limit", "服务受 CPU 限制限流"),
    Text("It answers late; throttling rises.", "响应变慢，限流增加。"),
    Text("Raise the CPU limit.", "提高 CPU 限制。"),
    called_deployments,
    edits(
        in_container(
            set_at(
                "resources",
                {"requests": {"cpu": "5m", "memory": "96Mi"}, "limits": {"cpu": "8m", "memory": "256Mi"}},
            )
        )
    ),
    patience=1200.0,
)
