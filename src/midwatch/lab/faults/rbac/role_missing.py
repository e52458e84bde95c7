"""A binding grants a role that was deleted."""

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
    return Plan((target, *culprits), (Delete(Ref("Role", *target[1:])), Restart(culprits[0])))


FAULT = Fault(
    "role-missing",
    ("role-missing", "rbac-denied"),
    Text("A binding grants a role that does not exist", "绑定引用了不存在的角色"),
    Text("The program logs that it is forbidden.", "程序记录 forbidden。"),
    Text("Create the role again.", "重新创建角色。"),
    of_kind("RoleBinding"),
    _plan,
)
