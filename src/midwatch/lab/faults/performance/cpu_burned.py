"""Something burns CPU in the pods of a service."""

from __future__ import annotations

from midwatch.domain.text import Text
from midwatch.lab.faults.choose import called_deployments
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import disturbs
from midwatch.lab.world.disturbances import CpuStress

FAULT = Fault(
    "cpu-burned",
    ("cpu-overload", "cpu-throttled"),
    Text("A service is overloaded: its CPU is saturated", "服务 CPU 过载"),
    Text("It answers late; its CPU is at the limit.", "响应变慢，CPU 达到上限。"),
    Text("Find what burns the CPU.", "找出消耗 CPU 的原因。"),
    called_deployments,
    disturbs(lambda ref: CpuStress(ref, 2.0)),
    patience=1200.0,
)
