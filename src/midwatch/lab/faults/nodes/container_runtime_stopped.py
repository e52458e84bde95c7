"""The container runtime of a node stopped."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import workers
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import stops

FAULT = Fault(
    "container-runtime-stopped",
    ("container-runtime-unavailable",),
    Text("The container runtime of a node stopped", "节点容器运行时停止"),
    Text("The node is NotReady: container runtime is down.", "节点 NotReady：容器运行时停止。"),
    Text("Start the container runtime.", "启动容器运行时。"),
    workers,
    stops(lambda ref: f"container-runtime/{ref.name}"),
)
