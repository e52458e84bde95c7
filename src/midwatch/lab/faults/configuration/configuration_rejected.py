"""A setting has a value that the program does not accept."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import in_container, update_at
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "configuration-rejected",
    ("configuration-rejected", "environment-invalid", "application-crash"),
    Text("A setting has an invalid value", "配置项的值无效"),
    Text("New pods log the invalid value and crash.", "新 Pod 记录无效值并崩溃。"),
    Text("Set a valid value.", "设置有效的值。"),
    services(),
    edits(
        in_container(
            update_at(
                "env",
                lambda found: [{**each, "value": "http"} if each["name"] == "PORT" else each for each in found],
            )
        )
    ),
)
