"""The binding of a program's role was deleted."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.choose import of_kind
from midwatch.lab.faults.fault import Delete, Fault, Plan, Restart, View


def _plan(view: View, target: Ref, random: Random) -> Plan:
    culprits = (
        Ref("Deployment", *target[1:]),
        Ref("ServiceAccount", *target[1:]),
        target,
        Ref("Role", *target[1:]),
    )
    return Plan(culprits, (Delete(target), Restart(culprits[0])))


FAULT = Fault(
    "binding-deleted",
    ("rbac-denied",),
    Text("A RoleBinding was deleted", "RoleBinding 被删除"),
    Text("The program logs that it is forbidden.", "程序记录 forbidden。"),
    Text("Create the binding again.", "重新创建绑定。"),
    of_kind("RoleBinding"),
    _plan,
)
