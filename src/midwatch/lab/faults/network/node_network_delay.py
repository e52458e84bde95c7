"""The network of a node is slow."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import workers
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import disturbs
from midwatch.lab.world.disturbances import NetworkDelay

FAULT = Fault(
    "node-network-delay",
    ("node-network-delay",),
    Text("The network of a node is slow", "节点网络延迟过高"),
    Text("All pods of the node answer late.", "该节点上的所有 Pod 响应变慢。"),
    Text("Drain the node and repair its network.", "排空节点并修复其网络。"),
    workers,
    disturbs(lambda ref: NetworkDelay(ref, 0.25, 0.04)),
    patience=900.0,
)
