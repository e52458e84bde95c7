"""A release has to be pulled from a registry that limits pulls."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Edit, Fault, Plan, View
from midwatch.lab.faults.parts import previous_release, registry_flag


def _plan(view: View, target: Ref, random: Random) -> Plan:
    return Plan((target,), (registry_flag(target, "limited", broken=True), Edit(target, previous_release())))


FAULT = Fault(
    "registry-rate-limited",
    ("image-pull-rate-limited",),
    Text("The registry limits pulls", "镜像仓库限速"),
    Text("New pods get 429 Too Many Requests.", "新 Pod 收到 429 Too Many Requests。"),
    Text("Bring the registry back, or use a mirror.", "恢复镜像仓库或使用镜像站。"),
    services(),
    _plan,
)
