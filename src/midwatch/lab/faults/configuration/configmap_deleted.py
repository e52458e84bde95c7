"""A ConfigMap that pods need is deleted, and they restart."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import parts
from midwatch.lab.faults.choose import containers, services
from midwatch.lab.faults.fault import Delete, Fault, Plan, Restart, View
from midwatch.lab.faults.parts import config_of


def _plan(view: View, target: Ref, random: Random) -> Plan:
    return Plan((target, config_of(target)), (Delete(config_of(target)), Restart(target)))


FAULT = Fault(
    "configmap-deleted",
    ("configmap-missing",),
    Text("A needed ConfigMap was deleted", "所需的 ConfigMap 被删除"),
    Text("Pods that start anew cannot be configured.", "重新启动的 Pod 无法获得配置。"),
    Text("Create the ConfigMap again.", "重新创建 ConfigMap。"),
    services(lambda found: bool(parts(containers(found)[0], "envFrom"))),
    _plan,
)
