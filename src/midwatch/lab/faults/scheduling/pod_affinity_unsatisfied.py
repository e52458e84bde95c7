"""Required pod affinity to pods that do not exist."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.parts import pod_settings
from midwatch.lab.faults.plans import edits

_TERM = {"labelSelector": {"matchLabels": {"app": "edge-cache"}}, "topologyKey": "kubernetes.io/hostname"}
_AFFINITY = {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [_TERM]}}


FAULT = Fault(
    "pod-affinity-unsatisfied",
    ("pod-affinity-unsatisfied",),
    Text("No node satisfies the pod affinity", "没有节点满足 Pod 亲和性"),
    Text("New pods stay Pending.", "新 Pod 保持 Pending。"),
    Text("Point the affinity to pods that exist.", "将亲和性指向存在的 Pod。"),
    services(),
    edits(pod_settings({"affinity": _AFFINITY})),
)
