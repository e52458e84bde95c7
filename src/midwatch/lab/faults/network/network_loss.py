"""Packets of a service's pods are lost."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import called_deployments
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import disturbs
from midwatch.lab.world.disturbances import NetworkLoss

FAULT = Fault(
    "network-loss",
    ("network-loss",),
    Text("The network of a service loses packets", "服务的网络丢包"),
    Text("Retransmissions rise; requests are slow or fail.", "重传上升，请求变慢或失败。"),
    Text("Find where packets are lost.", "找出丢包的位置。"),
    called_deployments,
    disturbs(lambda ref: NetworkLoss(ref, 0.25)),
    patience=900.0,
)
