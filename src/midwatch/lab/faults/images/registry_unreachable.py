"""A release has to be pulled from a registry that is unreachable."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Edit, Fault, Plan, View
from midwatch.lab.faults.parts import previous_release, registry_flag


def _plan(view: View, target: Ref, random: Random) -> Plan:
    return Plan((target,), (registry_flag(target, "reachable", broken=False), Edit(target, previous_release())))


FAULT = Fault(
    "registry-unreachable",
    ("image-registry-unreachable",),
    Text("The registry cannot be reached", "镜像仓库不可达"),
    Text("New pods time out while pulling.", "新 Pod 拉取镜像超时。"),
    Text("Bring the registry back, or use a mirror.", "恢复镜像仓库或使用镜像站。"),
    services(),
    _plan,
)
