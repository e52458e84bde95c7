"""A node lost power."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import workers
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import disturbs
from midwatch.lab.world.disturbances import NodeDown

FAULT = Fault(
    "node-lost-power",
    ("node-not-ready", "kubelet-unavailable"),
    Text("A node lost power", "节点断电"),
    Text("The node is NotReady; its pods answer nothing.", "节点 NotReady，其 Pod 无响应。"),
    Text("Bring the node back, or delete it.", "恢复或删除节点。"),
    workers,
    disturbs(lambda ref: NodeDown(ref.name)),
)
