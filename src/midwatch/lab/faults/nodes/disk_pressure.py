"""The disk of a node fills up."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import workers
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import disturbs
from midwatch.lab.world.disturbances import DiskFill

FAULT = Fault(
    "disk-pressure",
    ("node-disk-pressure",),
    Text("A node runs out of disk space", "节点磁盘空间不足"),
    Text("Pods of the node are evicted.", "节点上的 Pod 被驱逐。"),
    Text("Free disk space.", "释放磁盘空间。"),
    workers,
    disturbs(lambda ref: DiskFill(ref, 0.96)),
)
