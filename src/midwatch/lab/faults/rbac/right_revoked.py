"""A role lost the rule that a program needs."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.change import set_at
from midwatch.lab.faults.choose import of_kind
from midwatch.lab.faults.fault import Edit, Fault, Plan, Restart, View


def _plan(view: View, target: Ref, random: Random) -> Plan:
    culprits = (
        Ref("Deployment", *target[1:]),
        Ref("ServiceAccount", *target[1:]),
        target,
        Ref("Role", *target[1:]),
    )
    return Plan(culprits, (Edit(target, set_at("rules", [])), Restart(culprits[0])))


FAULT = Fault(
    "right-revoked",
    ("rbac-denied",),
    Text("A program lost a right at the API", "程序失去 API 权限"),
    Text("The program logs that it is forbidden.", "程序记录 forbidden。"),
    Text("Grant the right again.", "重新授予权限。"),
    of_kind("Role"),
    _plan,
)
