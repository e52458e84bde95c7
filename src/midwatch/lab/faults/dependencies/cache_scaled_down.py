"""The cache was scaled to zero."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import set_at
from midwatch.lab.faults.choose import backends
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "cache-scaled-down",
    ("zero-replicas",),
    Text("The cache is scaled to zero", "缓存被缩容为零"),
    Text("Services that use the cache log refused connections.", "使用缓存的服务记录连接被拒绝。"),
    Text("Scale it up again.", "重新扩容。"),
    backends("redis"),
    edits(set_at("spec.replicas", 0)),
)
