"""The message broker was scaled to zero."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import set_at
from midwatch.lab.faults.choose import backends
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "broker-scaled-down",
    ("zero-replicas",),
    Text("The message broker is scaled to zero", "消息队列被缩容为零"),
    Text("Services that publish log refused connections.", "发布消息的服务记录连接被拒绝。"),
    Text("Scale it up again.", "重新扩容。"),
    backends("rabbitmq"),
    edits(set_at("spec.replicas", 0)),
)
