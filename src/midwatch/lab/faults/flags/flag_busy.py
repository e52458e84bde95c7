"""A feature flag makes a service burn CPU."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.flagging import flagged, turns_on

_FLAGS = {"ads": "adsHighCpu", "geofence": "geofenceHighCpu"}


FAULT = Fault(
    "flag-busy",
    ("cpu-overload", "cpu-throttled"),
    Text("A feature flag makes a service burn CPU", "功能开关导致 CPU 消耗"),
    Text("Its CPU use multiplies.", "CPU 使用成倍增长。"),
    Text("Turn the flag off.", "关闭该开关。"),
    flagged(_FLAGS),
    turns_on(_FLAGS),
    patience=1200.0,
)
