"""A release has to be pulled from a registry that is unreachable."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Edit, Fault, Plan, Tamper, View
from midwatch.lab.faults.parts import previous_release
from midwatch.lab.world.world import World


def _plan(view: View, target: Ref, random: Random) -> Plan:
    host = f"registry.{target.namespace}.example"

    def disturb(world: World) -> None:
        world.registries[host].reachable = False

    def restore(world: World) -> None:
        world.registries[host].reachable = True

    return Plan((target,), (Tamper(disturb, restore), Edit(target, previous_release())))


FAULT = Fault(
    "registry-unreachable",
    ("image-registry-unreachable",),
    Text("The registry cannot be reached", "镜像仓库不可达"),
    Text("New pods time out while pulling.", "新 Pod 拉取镜像超时。"),
    Text("Bring the registry back, or use a mirror.", "恢复镜像仓库或使用镜像站。"),
    services(),
    _plan,
)
