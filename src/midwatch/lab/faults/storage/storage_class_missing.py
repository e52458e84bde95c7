"""A claim names a StorageClass that does not exist."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Create, Edit, Fault, Plan, View
from midwatch.lab.faults.parts import claim_of, new_claim, with_claim


def _plan(view: View, target: Ref, random: Random) -> Plan:
    claim = new_claim(target, storageClassName="fast-nvme")
    return Plan((claim_of(target), target), (Create(claim), Edit(target, with_claim(target))))


FAULT = Fault(
    "storage-class-missing",
    ("pvc-storage-class-missing",),
    Text("The StorageClass of a claim does not exist", "PVC 的 StorageClass 不存在"),
    Text("New pods stay Pending.", "新 Pod 保持 Pending。"),
    Text("Name a class that exists.", "改为存在的 StorageClass。"),
    services(),
    _plan,
)
