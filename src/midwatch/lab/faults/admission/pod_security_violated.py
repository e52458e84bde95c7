"""The namespace enforces a standard that a release breaks."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.change import in_container, merge, set_at
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Edit, Fault, Plan, View


def _plan(view: View, target: Ref, random: Random) -> Plan:
    space = Ref("Namespace", "", target.namespace)
    strict = merge({"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}})
    loose = in_container(set_at("securityContext", {"allowPrivilegeEscalation": True}))
    return Plan((target, space), (Edit(space, strict), Edit(target, loose)))


FAULT = Fault(
    "pod-security-violated",
    ("pod-security-violated",),
    Text("The pods break the enforced pod security standard", "Pod 违反强制的安全标准"),
    Text("New pods are forbidden.", "新 Pod 被禁止创建。"),
    Text("Harden the pods.", "加固 Pod。"),
    services(),
    _plan,
)
