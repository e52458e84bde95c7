"""A release has to be pulled from a registry that is untrusted."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Edit, Fault, Plan, View
from midwatch.lab.faults.parts import previous_release, registry_flag


def _plan(view: View, target: Ref, random: Random) -> Plan:
    return Plan((target,), (registry_flag(target, "trusted", broken=False), Edit(target, previous_release())))


FAULT = Fault(
    "registry-untrusted",
    ("image-registry-tls-failure",),
    Text("The registry's certificate is not trusted", "镜像仓库证书不受信任"),
    Text("New pods fail to pull with an x509 error.", "新 Pod 拉取时出现 x509 错误。"),
    Text("Bring the registry back, or use a mirror.", "恢复镜像仓库或使用镜像站。"),
    services(),
    _plan,
)
