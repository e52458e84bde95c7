"""The ServiceAccount of a service was deleted."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Delete, Fault, Plan, Restart, View


def _plan(view: View, target: Ref, random: Random) -> Plan:
    account = Ref("ServiceAccount", *target[1:])
    return Plan((target, account), (Delete(account), Restart(target)))


FAULT = Fault(
    "service-account-missing",
    ("service-account-missing",),
    Text("The ServiceAccount does not exist", "ServiceAccount 不存在"),
    Text("New pods are not created.", "新 Pod 无法创建。"),
    Text("Create the ServiceAccount again.", "重新创建 ServiceAccount。"),
    services(),
    _plan,
)
