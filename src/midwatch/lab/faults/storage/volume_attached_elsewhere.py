"""A second pod on another node wants a volume that one node may attach."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.change import both
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Create, Edit, Fault, Plan, View
from midwatch.lab.faults.parts import claim_of, new_claim, pod_settings, with_claim


def _plan(view: View, target: Ref, random: Random) -> Plan:
    term = {
        "labelSelector": {"matchLabels": {"app.kubernetes.io/name": target.name}},
        "topologyKey": "kubernetes.io/hostname",
    }
    apart = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    change = both(with_claim(target), pod_settings({"affinity": apart}))
    return Plan((claim_of(target), target), (Create(new_claim(target)), Edit(target, change)))


FAULT = Fault(
    "volume-attached-elsewhere",
    ("volume-multi-attach",),
    Text("The volume is attached to another node", "卷已挂载到其他节点"),
    Text(
        "The second pod stays in ContainerCreating: Multi-Attach error.",
        "第二个 Pod 停留在 ContainerCreating：Multi-Attach 错误。",
    ),
    Text("Use a volume for many nodes, or one pod.", "使用支持多节点的卷或仅运行一个 Pod。"),
    services(),
    _plan,
)
