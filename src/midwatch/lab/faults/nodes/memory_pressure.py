"""Something outside the pods uses up a node's memory."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import workers
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import disturbs
from midwatch.lab.world.disturbances import MemoryStress

FAULT = Fault(
    "memory-pressure",
    ("node-memory-pressure",),
    Text("A node runs out of memory", "节点内存不足"),
    Text("Pods of the node are evicted.", "节点上的 Pod 被驱逐。"),
    Text("Find what uses the memory; add memory.", "找出占用内存者或增加内存。"),
    workers,
    disturbs(lambda ref: MemoryStress(ref, 31.8 * 1024**3)),
)
