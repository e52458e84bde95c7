"""A key of a Secret was renamed, and the pods restart."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import Obj, part
from midwatch.lab.faults.choose import uses_backend
from midwatch.lab.faults.fault import Edit, Fault, Plan, Restart, View
from midwatch.lab.faults.parts import secret_of


def _renamed(found: Obj) -> Obj:
    data = {("passwd" if key == "password" else key): value for key, value in part(found, "data").items()}
    return {**found, "data": data}


def _plan(view: View, target: Ref, random: Random) -> Plan:
    secret = secret_of(target, "postgres")
    return Plan((target, secret), (Edit(secret, _renamed), Restart(target)))


FAULT = Fault(
    "secret-key-missing",
    ("secret-key-missing",),
    Text("A Secret lacks a key", "Secret 缺少键"),
    Text(
        "Pods that start anew wait with CreateContainerConfigError.",
        "重新启动的 Pod 以 CreateContainerConfigError 等待。",
    ),
    Text("Give the key its old name again.", "恢复原来的键名。"),
    uses_backend("postgres"),
    _plan,
)
