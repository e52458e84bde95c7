"""The cluster's DNS was scaled to zero."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.change import set_at
from midwatch.lab.faults.fault import Edit, Fault, Plan, View


def _plan(view: View, target: Ref, random: Random) -> Plan:
    return Plan((target, Ref("Service", "kube-system", "kube-dns")), (Edit(target, set_at("spec.replicas", 0)),))


FAULT = Fault(
    "dns-scaled-to-zero",
    ("dns-unavailable", "zero-replicas"),
    Text("The cluster's DNS does not run", "集群 DNS 未运行"),
    Text("No name resolves; all calls fail.", "所有名称无法解析，调用全部失败。"),
    Text("Scale CoreDNS up again.", "重新扩容 CoreDNS。"),
    lambda view: [Ref("Deployment", "kube-system", "coredns")],
    _plan,
)
