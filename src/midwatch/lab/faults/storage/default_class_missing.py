"""A claim names no class, and no class is the default."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.change import remove_at
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Create, Edit, Fault, Plan, View
from midwatch.lab.faults.parts import claim_of, new_claim, with_claim

_DEFAULT = Ref("StorageClass", "", "standard")


def _plan(view: View, target: Ref, random: Random) -> Plan:
    unmark = Edit(_DEFAULT, remove_at("metadata.annotations"))
    return Plan((claim_of(target), target), (unmark, Create(new_claim(target)), Edit(target, with_claim(target))))


FAULT = Fault(
    "default-class-missing",
    ("default-storage-class-missing",),
    Text("There is no default StorageClass", "没有默认 StorageClass"),
    Text("New pods stay Pending.", "新 Pod 保持 Pending。"),
    Text("Mark one class as the default.", "将一个 StorageClass 设为默认。"),
    services(),
    _plan,
)
