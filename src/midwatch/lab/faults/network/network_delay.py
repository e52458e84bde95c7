"""Packets of a service's pods are late."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import called_deployments
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import disturbs
from midwatch.lab.world.disturbances import NetworkDelay

FAULT = Fault(
    "network-delay",
    ("network-delay",),
    Text("The network of a service is slow", "服务的网络延迟过高"),
    Text("Requests to it take much longer; round-trip times rise.", "对其请求明显变慢，往返时间上升。"),
    Text("Find what delays its packets.", "找出造成延迟的原因。"),
    called_deployments,
    disturbs(lambda ref: NetworkDelay(ref, 0.3, 0.05)),
    patience=900.0,
)
