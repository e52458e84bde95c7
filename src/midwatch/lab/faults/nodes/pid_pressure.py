"""The process IDs of a node run out."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import workers
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import disturbs
from midwatch.lab.world.disturbances import PidStress

FAULT = Fault(
    "pid-pressure",
    ("node-pid-pressure",),
    Text("A node runs out of process IDs", "节点进程号耗尽"),
    Text("The node reports PIDPressure.", "节点报告 PIDPressure。"),
    Text("Find what forks without end.", "找出不断创建进程者。"),
    workers,
    disturbs(lambda ref: PidStress(ref.name)),
)
