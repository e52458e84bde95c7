"""A Service sends to a port on which nobody listens."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import set_at
from midwatch.lab.faults.choose import called_services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "service-target-port-wrong",
    ("service-target-port-mismatch",),
    Text("A Service sends to the wrong target port", "Service 的目标端口错误"),
    Text("Callers are refused though endpoints are there.", "虽有端点但调用方连接被拒绝。"),
    Text("Set the port of the container.", "设置容器的端口。"),
    called_services,
    edits(set_at("spec.ports.0.targetPort", 9999)),
)
