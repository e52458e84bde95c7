"""All workers were tainted, and a service is released."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import ref_of
from midwatch.lab.faults.change import update_at
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Edit, Fault, Plan, Restart, View


def _plan(view: View, target: Ref, random: Random) -> Plan:
    taint = {"key": "maintenance", "value": "storage", "effect": "NoSchedule"}
    tainted = update_at("spec.taints", lambda known: [*(known or []), taint])
    nodes = [ref_of(each) for each in view.list("Node")]
    return Plan((target, *nodes), (*(Edit(each, tainted) for each in nodes), Restart(target)))


FAULT = Fault(
    "nodes-tainted",
    ("taint-not-tolerated",),
    Text("The pods do not tolerate the taints of the nodes", "Pod 不容忍节点污点"),
    Text("New pods stay Pending.", "新 Pod 保持 Pending。"),
    Text("Remove the taint, or tolerate it.", "移除污点或添加容忍。"),
    services(),
    _plan,
)
