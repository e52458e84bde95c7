"""A Secret that pods need is deleted, and they restart."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.choose import uses_backend
from midwatch.lab.faults.fault import Delete, Fault, Plan, Restart, View
from midwatch.lab.faults.parts import secret_of


def _plan(view: View, target: Ref, random: Random) -> Plan:
    secret = secret_of(target, "postgres")
    return Plan((target, secret), (Delete(secret), Restart(target)))


FAULT = Fault(
    "secret-missing",
    ("secret-missing",),
    Text("A Secret does not exist", "Secret 不存在"),
    Text(
        "Pods that start anew wait with CreateContainerConfigError.",
        "重新启动的 Pod 以 CreateContainerConfigError 等待。",
    ),
    Text("Create the Secret again.", "重新创建 Secret。"),
    uses_backend("postgres"),
    _plan,
)
