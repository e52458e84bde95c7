"""A feature flag makes a service leak memory."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.flagging import flagged, turns_on

_FLAGS = {"recommendations": "recommendationLeak", "render": "renderLeak"}


FAULT = Fault(
    "flag-leak",
    ("oom-killed", "memory-saturated"),
    Text("A feature flag makes a service leak memory", "功能开关导致内存泄漏"),
    Text("Its memory grows until it is killed.", "内存增长直至被终止。"),
    Text("Turn the flag off.", "关闭该开关。"),
    flagged(_FLAGS),
    turns_on(_FLAGS),
    patience=1800.0,
)
