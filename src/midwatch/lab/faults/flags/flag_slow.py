"""A feature flag makes a service slow."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.flagging import flagged, turns_on

_FLAGS = {"catalog": "catalogSlow", "pricing": "pricingSlow"}


FAULT = Fault(
    "flag-slow",
    ("latency-high",),
    Text("A feature flag makes a service slow", "功能开关导致服务变慢"),
    Text("It answers late; callers are slow.", "响应变慢，调用方变慢。"),
    Text("Turn the flag off.", "关闭该开关。"),
    flagged(_FLAGS),
    turns_on(_FLAGS),
    patience=1200.0,
)
