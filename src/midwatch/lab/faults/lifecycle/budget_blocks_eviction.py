"""A disruption budget allows no eviction."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import both, remove_at, set_at
from midwatch.lab.faults.choose import of_kind
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "budget-blocks-eviction",
    ("pdb-blocks-eviction",),
    Text("A disruption budget allows no eviction", "中断预算不允许驱逐"),
    Text("Drains hang: cannot evict pod.", "排空节点卡住：无法驱逐 Pod。"),
    Text("Allow one pod to be away, or add a replica.", "允许一个 Pod 不可用或增加副本。"),
    of_kind("PodDisruptionBudget"),
    edits(both(remove_at("spec.minAvailable"), set_at("spec.maxUnavailable", 0))),
)
