"""A Service that others call was deleted."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.choose import called_services
from midwatch.lab.faults.fault import Delete, Fault, Plan, View


def _plan(view: View, target: Ref, random: Random) -> Plan:
    return Plan((target, Ref("Deployment", *target[1:])), (Delete(target),))


FAULT = Fault(
    "service-deleted",
    ("service-missing",),
    Text("A needed Service was deleted", "所需的 Service 被删除"),
    Text("Callers cannot resolve its name.", "调用方无法解析其名称。"),
    Text("Create the Service again.", "重新创建 Service。"),
    called_services,
    _plan,
)
