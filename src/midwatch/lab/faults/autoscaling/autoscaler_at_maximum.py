"""More load than the autoscaler may scale for."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.choose import of_kind
from midwatch.lab.faults.fault import Disturb, Fault, Plan, View
from midwatch.lab.world.disturbances import CpuStress


def _plan(view: View, target: Ref, random: Random) -> Plan:
    workload = Ref("Deployment", *target[1:])
    return Plan((target, workload), (Disturb(CpuStress(workload, 0.4)),))


FAULT = Fault(
    "autoscaler-at-maximum",
    ("hpa-at-maximum", "cpu-overload", "cpu-throttled", "traffic-surge"),
    Text("The autoscaler is at its maximum and wants more", "自动扩缩容器已达上限"),
    Text(
        "Pods stay busy; the autoscaler reports TooManyReplicas.",
        "Pod 持续繁忙，自动扩缩容器报告 TooManyReplicas。",
    ),
    Text("Raise maxReplicas.", "提高 maxReplicas。"),
    of_kind("HorizontalPodAutoscaler"),
    _plan,
    patience=1200.0,
)
