"""The kubelet of a node stopped."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import workers
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import stops

FAULT = Fault(
    "kubelet-stopped",
    ("kubelet-unavailable", "node-not-ready"),
    Text("The kubelet of a node stopped", "节点 kubelet 停止"),
    Text(
        "The node is NotReady; its pods are evicted after five minutes.", "节点 NotReady，五分钟后其 Pod 被驱逐。"
    ),
    Text("Start the kubelet.", "启动 kubelet。"),
    workers,
    stops(lambda ref: f"kubelet/{ref.name}"),
)
