"""A release has to be pulled from a registry that has a name that nobody knows."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Edit, Fault, Plan, View
from midwatch.lab.faults.parts import previous_release, registry_flag


def _plan(view: View, target: Ref, random: Random) -> Plan:
    return Plan((target,), (registry_flag(target, "resolvable", broken=False), Edit(target, previous_release())))


FAULT = Fault(
    "registry-name-unknown",
    ("image-registry-dns-failure",),
    Text("The registry's name does not resolve", "镜像仓库域名无法解析"),
    Text("New pods cannot look the registry up.", "新 Pod 无法解析仓库域名。"),
    Text("Bring the registry back, or use a mirror.", "恢复镜像仓库或使用镜像站。"),
    services(),
    _plan,
)
