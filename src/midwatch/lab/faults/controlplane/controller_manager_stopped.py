"""kube-controller-manager does not run."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import name_of, ref_of
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Fault, Plan, Restart, Stop, View


def _plan(view: View, target: Ref, random: Random) -> Plan:
    pods = [ref_of(each) for each in view.list("Pod", "kube-system") if "kube-controller-manager" in name_of(each)]
    lease = Ref("Lease", "kube-system", "kube-controller-manager")
    return Plan(
        (lease, *pods, Ref("Node", "", "control-plane-1")), (Stop("kube-controller-manager"), Restart(target))
    )


FAULT = Fault(
    "controller-manager-stopped",
    ("kube-controller-manager-unavailable",),
    Text("kube-controller-manager does not run", "kube-controller-manager 未运行"),
    Text("Nothing is rolled out, replaced or scaled.", "不再发布、替换或扩缩容。"),
    Text("Start kube-controller-manager.", "启动 kube-controller-manager。"),
    services(),
    _plan,
)
