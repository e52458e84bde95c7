"""Nothing at all happens."""

from __future__ import annotations

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.fault import Fault, Plan

FAULT = Fault(
    "nothing",
    (),
    Text("Nothing happens", "什么都没发生"),
    Text("Nothing is wrong afterwards.", "之后一切正常。"),
    Text("Nothing needs repair.", "无需修复。"),
    lambda view: [Ref("Namespace", "", "default")],
    lambda view, target, random: Plan((), ()),
)
