"""Required node affinity that no node satisfies."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.parts import pod_settings
from midwatch.lab.faults.plans import edits

_TERM = {"matchExpressions": [{"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["zone-x"]}]}
_AFFINITY = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [_TERM]}}}


FAULT = Fault(
    "node-affinity-wrong",
    ("node-affinity-mismatch",),
    Text("No node satisfies the node affinity", "没有节点满足节点亲和性"),
    Text("New pods stay Pending.", "新 Pod 保持 Pending。"),
    Text("Ask for a zone that exists.", "改为存在的可用区。"),
    services(),
    edits(pod_settings({"affinity": _AFFINITY})),
)
