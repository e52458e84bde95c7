"""A good release is rolled out."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Edit, Fault, Plan, View
from midwatch.lab.faults.parts import previous_release


def _plan(view: View, target: Ref, random: Random) -> Plan:
    return Plan((), (Edit(target, previous_release()),))


FAULT = Fault(
    "healthy-rollout",
    (),
    Text("A good release is rolled out", "正常发布"),
    Text("Nothing is wrong afterwards.", "之后一切正常。"),
    Text("Nothing needs repair.", "无需修复。"),
    services(),
    _plan,
)
