"""An autoscaler names a workload that does not exist."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.change import set_at
from midwatch.lab.faults.choose import of_kind
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import edits

FAULT = Fault(
    "autoscaler-target-missing",
    ("hpa-target-missing",),
    Text("The target of an autoscaler does not exist", "自动扩缩容的目标不存在"),
    Text("The autoscaler cannot get the target's scale.", "自动扩缩容器无法获取目标规模。"),
    Text("Name the workload that is there.", "改为存在的工作负载。"),
    of_kind("HorizontalPodAutoscaler"),
    edits(set_at("spec.scaleTargetRef.name", "frontend-v2")),
)
