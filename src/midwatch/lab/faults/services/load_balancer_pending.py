"""A Service asks for a load balancer that nobody provides."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.change import set_at
from midwatch.lab.faults.choose import called_services
from midwatch.lab.faults.fault import Edit, Fault, Plan, Stop, View


def _plan(view: View, target: Ref, random: Random) -> Plan:
    return Plan((target,), (Stop("cloud-controller-manager"), Edit(target, set_at("spec.type", "LoadBalancer"))))


FAULT = Fault(
    "load-balancer-pending",
    ("load-balancer-pending", "cloud-controller-unavailable"),
    Text("A load balancer is not provided", "负载均衡器未就绪"),
    Text("The Service's external address stays pending.", "Service 的外部地址一直为 pending。"),
    Text("Repair the cloud controller, or use another type.", "修复云控制器或改用其他类型。"),
    called_services,
    _plan,
)
