"""The network of a node loses packets."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import workers
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import disturbs
from midwatch.lab.world.disturbances import NetworkLoss

FAULT = Fault(
    "node-network-loss",
    ("node-network-loss",),
    Text("The network of a node loses packets", "节点网络丢包"),
    Text("Retransmissions of the node rise; its pods are slow.", "节点重传上升，其 Pod 变慢。"),
    Text("Drain the node and repair its network.", "排空节点并修复其网络。"),
    workers,
    disturbs(lambda ref: NetworkLoss(ref, 0.2)),
    patience=900.0,
)
