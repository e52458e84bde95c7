"""A service is scaled out by one."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.change import update_at
from midwatch.lab.faults.choose import unscaled
from midwatch.lab.faults.fault import Edit, Fault, Plan, View


def _plan(view: View, target: Ref, random: Random) -> Plan:
    return Plan((), (Edit(target, update_at("spec.replicas", lambda count: (count or 1) + 1)),))


FAULT = Fault(
    "scaled-out",
    (),
    Text("A service is scaled out", "服务扩容"),
    Text("Nothing is wrong afterwards.", "之后一切正常。"),
    Text("Nothing needs repair.", "无需修复。"),
    unscaled,
    _plan,
)
