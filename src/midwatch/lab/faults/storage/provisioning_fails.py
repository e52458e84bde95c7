"""The storage backend refuses to make volumes."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Create, Edit, Fault, Plan, Tamper, View
from midwatch.lab.faults.parts import claim_of, new_claim, with_claim
from midwatch.lab.world.world import World

_DRIVER = "disk.csi.lab.example"
_WHY = "rpc error: code = ResourceExhausted desc = volume quota of the project exceeded"


def _refuse(world: World) -> None:
    world.drivers[_DRIVER] = replace(world.drivers[_DRIVER], fails=_WHY)


def _allow(world: World) -> None:
    world.drivers[_DRIVER] = replace(world.drivers[_DRIVER], fails="")


def _plan(view: View, target: Ref, random: Random) -> Plan:
    refuse = Tamper(_refuse, _allow)
    return Plan((claim_of(target), target), (refuse, Create(new_claim(target)), Edit(target, with_claim(target))))


FAULT = Fault(
    "provisioning-fails",
    ("volume-provisioning-failed",),
    Text("The provisioner cannot make the volume", "无法供应卷"),
    Text("New pods stay Pending.", "新 Pod 保持 Pending。"),
    Text("Raise the quota of the storage backend.", "提高存储后端配额。"),
    services(),
    _plan,
)
