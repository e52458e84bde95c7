"""The metrics server was scaled to zero."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.change import set_at
from midwatch.lab.faults.fault import Edit, Fault, Plan, Stop, View


def _plan(view: View, target: Ref, random: Random) -> Plan:
    service = Ref("APIService", "", "v1beta1.metrics.k8s.io")
    culprits = (target, service, Ref("Service", "kube-system", "metrics-server"))
    return Plan(culprits, (Stop("metrics-server"), Edit(target, set_at("spec.replicas", 0))))


FAULT = Fault(
    "metrics-server-down",
    ("api-service-unavailable", "zero-replicas", "hpa-metrics-unavailable"),
    Text("The metrics server does not run", "metrics-server 未运行"),
    Text("Autoscalers get no metrics.", "自动扩缩容器得不到指标。"),
    Text("Scale the metrics server up again.", "重新扩容 metrics-server。"),
    lambda view: [Ref("Deployment", "kube-system", "metrics-server")],
    _plan,
)
