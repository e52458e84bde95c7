"""More replicas than nodes, one a node at most."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.change import both, set_at
from midwatch.lab.faults.choose import unscaled
from midwatch.lab.faults.fault import Edit, Fault, Plan, View
from midwatch.lab.faults.parts import pod_settings


def _plan(view: View, target: Ref, random: Random) -> Plan:
    labels = {"matchLabels": {"app.kubernetes.io/name": target.name}}
    term = {"labelSelector": labels, "topologyKey": "kubernetes.io/hostname"}
    affinity = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    spread = both(pod_settings({"affinity": affinity}), set_at("spec.replicas", len(view.list("Node")) + 1))
    return Plan((target,), (Edit(target, spread),))


FAULT = Fault(
    "pod-anti-affinity-too-strict",
    ("pod-anti-affinity-conflict",),
    Text("Pod anti-affinity excludes every node", "Pod 反亲和性排除了所有节点"),
    Text("New pods stay Pending.", "新 Pod 保持 Pending。"),
    Text("Prefer instead of require, or run fewer replicas.", "改为优先（preferred）或减少副本数。"),
    unscaled,
    _plan,
)
