"""More replicas than nodes want the same host port."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.change import both, in_container, set_at
from midwatch.lab.faults.choose import unscaled
from midwatch.lab.faults.fault import Edit, Fault, Plan, View


def _plan(view: View, target: Ref, random: Random) -> Plan:
    port = in_container(set_at("ports.0.hostPort", 18080))
    return Plan((target,), (Edit(target, both(port, set_at("spec.replicas", len(view.list("Node")) + 2))),))


FAULT = Fault(
    "host-port-conflict",
    ("host-port-conflict",),
    Text("The host port is taken on every node", "主机端口在所有节点上被占用"),
    Text("New pods stay Pending.", "新 Pod 保持 Pending。"),
    Text("Drop the host port.", "去掉主机端口。"),
    unscaled,
    _plan,
)
