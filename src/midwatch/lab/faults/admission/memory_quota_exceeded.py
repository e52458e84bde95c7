"""A quota leaves no room for the pods of a release."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Create, Fault, Plan, Restart, View
from midwatch.lab.faults.parts import quota


def _plan(view: View, target: Ref, random: Random) -> Plan:
    namespace = Ref("Namespace", "", target.namespace)
    budget = quota(target, {"requests.memory": "256Mi"})
    return Plan(
        (namespace, Ref("ResourceQuota", target.namespace, "team-budget"), target),
        (Create(budget), Restart(target)),
    )


FAULT = Fault(
    "memory-quota-exceeded",
    ("quota-memory-exceeded",),
    Text("The memory quota is exceeded", "命名空间的内存配额已用尽"),
    Text("New pods are not created: exceeded quota.", "新 Pod 无法创建：超出配额。"),
    Text("Raise the quota, or request less.", "提高配额或减少请求。"),
    services(),
    _plan,
)
