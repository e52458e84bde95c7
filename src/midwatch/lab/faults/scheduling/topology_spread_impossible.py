"""Pods must spread over a topology that nodes do not have."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import Obj
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Edit, Fault, Plan, View
from midwatch.lab.faults.parts import pod_settings


def _plan(view: View, target: Ref, random: Random) -> Plan:
    constraint: Obj = {"maxSkew": 1, "topologyKey": "rack", "whenUnsatisfiable": "DoNotSchedule"}
    constraint["labelSelector"] = {"matchLabels": {"app.kubernetes.io/name": target.name}}
    return Plan((target,), (Edit(target, pod_settings({"topologySpreadConstraints": [constraint]})),))


FAULT = Fault(
    "topology-spread-impossible",
    ("topology-spread-unsatisfiable",),
    Text("The topology spread allows no node", "拓扑分布约束不允许任何节点"),
    Text("New pods stay Pending.", "新 Pod 保持 Pending。"),
    Text("Spread over zones or hosts.", "按可用区或主机分布。"),
    services(),
    _plan,
)
