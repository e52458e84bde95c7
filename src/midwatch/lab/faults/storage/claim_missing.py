"""A release mounts a claim that does not exist."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Edit, Fault, Plan, View
from midwatch.lab.faults.parts import claim_of, with_claim


def _plan(view: View, target: Ref, random: Random) -> Plan:
    return Plan((target, claim_of(target)), (Edit(target, with_claim(target)),))


FAULT = Fault(
    "claim-missing",
    ("pvc-missing",),
    Text("The mounted claim does not exist", "挂载的 PVC 不存在"),
    Text("New pods stay Pending.", "新 Pod 保持 Pending。"),
    Text("Create the claim.", "创建 PVC。"),
    services(),
    _plan,
)
