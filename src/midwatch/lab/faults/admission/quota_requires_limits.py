"""A quota demands limits that a release does not state."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.change import in_container, remove_at
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Create, Edit, Fault, Plan, View
from midwatch.lab.faults.parts import quota


def _plan(view: View, target: Ref, random: Random) -> Plan:
    budget = quota(target, {"limits.cpu": "400", "limits.memory": "800Gi"})
    bare = in_container(remove_at("resources"))
    culprits = (
        target,
        Ref("Namespace", "", target.namespace),
        Ref("ResourceQuota", target.namespace, "team-budget"),
    )
    return Plan(culprits, (Create(budget), Edit(target, bare)))


FAULT = Fault(
    "quota-requires-limits",
    ("quota-requires-requests",),
    Text("A quota demands limits that the pods lack", "配额要求 Pod 声明 limits"),
    Text("New pods are not created: failed quota.", "新 Pod 无法创建：failed quota。"),
    Text("State the limits.", "声明 limits。"),
    services(),
    _plan,
)
