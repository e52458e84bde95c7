"""The startup probe gives up before the program is up."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.core.objects import name_of
from midwatch.lab.faults.change import in_container, set_at
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

_SLOW = frozenset({"checkout", "orders", "booking", "customs", "eta"})
"""Services that take their time to start."""


FAULT = Fault(
    "startup-probe-too-short",
    ("startup-probe-too-short", "startup-probe-failing"),
    Text("The startup probe gives too little time", "启动探针给的时间太短"),
    Text("New containers are killed while they start.", "新容器在启动过程中被终止。"),
    Text("Raise failureThreshold or periodSeconds.", "增大 failureThreshold 或 periodSeconds。"),
    services(lambda found: "java" in name_of(found) or name_of(found) in _SLOW),
    edits(
        in_container(
            set_at(
                "startupProbe",
                {"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 1, "failureThreshold": 2},
            )
        )
    ),
)
