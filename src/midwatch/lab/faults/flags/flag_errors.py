"""A feature flag makes a service fail requests."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.flagging import flagged, turns_on

_FLAGS = {"payments": "paymentFailure", "cart": "cartFailure", "customs": "customsFailure"}


FAULT = Fault(
    "flag-errors",
    ("error-rate-high",),
    Text("A feature flag makes a service fail", "功能开关导致服务出错"),
    Text("It answers with errors; callers fail.", "返回错误，调用方失败。"),
    Text("Turn the flag off.", "关闭该开关。"),
    flagged(_FLAGS),
    turns_on(_FLAGS),
    patience=1200.0,
)
