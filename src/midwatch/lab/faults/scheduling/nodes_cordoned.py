"""All workers were cordoned, and a service is released."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import ref_of
from midwatch.lab.faults.change import set_at
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Edit, Fault, Plan, Restart, View


def _plan(view: View, target: Ref, random: Random) -> Plan:
    nodes = [ref_of(each) for each in view.list("Node")]
    return Plan(
        (target, *nodes), (*(Edit(each, set_at("spec.unschedulable", True)) for each in nodes), Restart(target))
    )


FAULT = Fault(
    "nodes-cordoned",
    ("node-cordoned",),
    Text("The nodes are cordoned", "节点被隔离（cordon）"),
    Text("New pods stay Pending.", "新 Pod 保持 Pending。"),
    Text("Uncordon the nodes.", "解除节点隔离。"),
    services(),
    _plan,
)
