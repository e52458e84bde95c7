"""A node is drained, and a disruption budget allows no eviction."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import labels_of, part, spec
from midwatch.lab.faults.change import both, remove_at, set_at
from midwatch.lab.faults.choose import of_kind
from midwatch.lab.faults.fault import Edit, Fault, Plan, View

_NO_EVICTION = both(remove_at("spec.minAvailable"), set_at("spec.maxUnavailable", 0))


def _plan(view: View, target: Ref, random: Random) -> Plan:
    budget = view.get(target) or {}
    wanted = part(budget, "spec", "selector", "matchLabels")
    pods = [each for each in view.list("Pod", target.namespace) if wanted.items() <= labels_of(each).items()]
    node = Ref("Node", "", min(spec(each)["nodeName"] for each in pods))
    return Plan((target,), (Edit(target, _NO_EVICTION), Edit(node, set_at("spec.unschedulable", True))))


FAULT = Fault(
    "budget-blocks-eviction",
    ("pdb-blocks-eviction",),
    Text("A disruption budget allows no eviction", "中断预算不允许驱逐"),
    Text("Drains hang: cannot evict pod.", "排空节点卡住：无法驱逐 Pod。"),
    Text("Allow one pod to be away, or add a replica.", "允许一个 Pod 不可用或增加副本。"),
    of_kind("PodDisruptionBudget"),
    _plan,
)
