"""kube-scheduler does not run."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import name_of, ref_of
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Fault, Plan, Restart, Stop, View


def _plan(view: View, target: Ref, random: Random) -> Plan:
    pods = [ref_of(each) for each in view.list("Pod", "kube-system") if "kube-scheduler" in name_of(each)]
    lease = Ref("Lease", "kube-system", "kube-scheduler")
    return Plan((lease, *pods, Ref("Node", "", "control-plane-1")), (Stop("kube-scheduler"), Restart(target)))


FAULT = Fault(
    "scheduler-stopped",
    ("kube-scheduler-unavailable",),
    Text("kube-scheduler does not run", "kube-scheduler 未运行"),
    Text("New pods stay Pending without any event.", "新 Pod 保持 Pending 且没有事件。"),
    Text("Start kube-scheduler.", "启动 kube-scheduler。"),
    services(),
    _plan,
)
