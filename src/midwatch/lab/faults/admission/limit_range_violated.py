"""A release asks for more than the LimitRange allows."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import ref_of
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Create, Fault, Plan, Restart, View


def _plan(view: View, target: Ref, random: Random) -> Plan:
    head = {"name": "container-bounds", "namespace": target.namespace}
    item = {"type": "Container", "max": {"memory": "64Mi"}}
    bounds = {"apiVersion": "v1", "kind": "LimitRange", "metadata": head, "spec": {"limits": [item]}}
    ref = Ref("LimitRange", target.namespace, "container-bounds")
    others = (ref_of(each) for each in view.list("CronJob", target.namespace))
    culprits = (target, ref, Ref("Namespace", "", target.namespace), *others)
    return Plan(culprits, (Create(bounds), Restart(target)))


FAULT = Fault(
    "limit-range-violated",
    ("limit-range-violated",),
    Text("The pods violate a LimitRange", "Pod 违反 LimitRange"),
    Text("New pods are forbidden.", "新 Pod 被禁止创建。"),
    Text("Ask for less, or raise the maximum.", "减少请求或提高上限。"),
    services(),
    _plan,
)
