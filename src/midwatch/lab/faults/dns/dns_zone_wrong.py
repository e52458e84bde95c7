"""The Corefile serves another zone than the cluster's."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.change import update_at
from midwatch.lab.faults.fault import Edit, Fault, Plan, Restart, View


def _plan(view: View, target: Ref, random: Random) -> Plan:
    corefile = Ref("ConfigMap", "kube-system", "coredns")
    wrong = update_at("data.Corefile", lambda text: text.replace("cluster.local", "cluster.internal"))
    return Plan((corefile, target), (Edit(corefile, wrong), Restart(target)))


FAULT = Fault(
    "dns-zone-wrong",
    ("dns-misconfigured", "dns-resolution-failure"),
    Text("The Corefile is wrong", "Corefile 配置错误"),
    Text("Names of Services do not resolve.", "Service 名称无法解析。"),
    Text("Serve cluster.local again.", "恢复 cluster.local 区域。"),
    lambda view: [Ref("Deployment", "kube-system", "coredns")],
    _plan,
)
