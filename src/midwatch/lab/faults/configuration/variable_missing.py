"""A required variable was dropped from the pod template."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import in_container, update_at
from midwatch.lab.faults.choose import uses_backend
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "variable-missing",
    ("configuration-rejected", "environment-invalid", "application-crash"),
    Text("A required environment variable is missing", "缺少必需的环境变量"),
    Text("New pods log the missing variable and crash.", "新 Pod 记录缺失的变量并崩溃。"),
    Text("Set the variable again.", "重新设置该变量。"),
    uses_backend("postgres"),
    edits(
        in_container(
            update_at("env", lambda found: [each for each in found if not each["name"].endswith("_PASSWORD")])
        )
    ),
)
