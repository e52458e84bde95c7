"""A Service sends to a named port that no container has."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import set_at
from midwatch.lab.faults.choose import called_services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "service-port-name-unknown",
    ("service-target-port-mismatch",),
    Text("A Service names a port that no container has", "Service 引用了容器没有的端口名"),
    Text("The Service has no endpoints.", "Service 没有端点。"),
    Text("Name a port of the container.", "使用容器的端口名。"),
    called_services,
    edits(set_at("spec.ports.0.targetPort", "web")),
)
