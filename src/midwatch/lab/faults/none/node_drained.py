"""A node is cordoned and uncordoned again."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.change import remove_at, set_at
from midwatch.lab.faults.choose import workers
from midwatch.lab.faults.fault import Edit, Fault, Plan, View


def _plan(view: View, target: Ref, random: Random) -> Plan:
    cordon = set_at("spec.unschedulable", True)
    return Plan((), (Edit(target, cordon), Edit(target, remove_at("spec.unschedulable"))))


FAULT = Fault(
    "node-drained",
    (),
    Text("A node is cordoned for a moment", "节点短暂隔离"),
    Text("Nothing is wrong afterwards.", "之后一切正常。"),
    Text("Nothing needs repair.", "无需修复。"),
    workers,
    _plan,
)
