"""The volume of a database is full."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.choose import backends
from midwatch.lab.faults.fault import Disturb, Fault, Plan, View
from midwatch.lab.world.disturbances import DiskFill


def _plan(view: View, target: Ref, random: Random) -> Plan:
    claim = Ref("PersistentVolumeClaim", target.namespace, f"data-{target.name}-0")
    return Plan(
        (target, claim, Ref("Pod", target.namespace, f"{target.name}-0")), (Disturb(DiskFill(claim, 1.0)),)
    )


FAULT = Fault(
    "database-disk-full",
    ("db-disk-full", "volume-full"),
    Text("The disk of the database is full", "数据库磁盘已满"),
    Text("The database refuses writes: no space left on device.", "数据库拒绝写入：设备空间不足。"),
    Text("Free space, or grow the volume.", "释放空间或扩容卷。"),
    backends("postgres"),
    _plan,
)
