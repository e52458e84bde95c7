"""The pod network of a node cannot be set up."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import workers
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import stops

FAULT = Fault(
    "cni-failing",
    ("cni-failing",),
    Text("The CNI plugin of a node fails", "节点 CNI 插件失败"),
    Text("The node is NotReady: network plugin is not ready.", "节点 NotReady：网络插件未就绪。"),
    Text("Repair the CNI plugin.", "修复 CNI 插件。"),
    workers,
    stops(lambda ref: f"cni/{ref.name}"),
)
