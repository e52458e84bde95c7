"""A webhook points to a Service that does not exist, and a service is released."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Create, Fault, Plan, Restart, View
from midwatch.lab.faults.parts import pod_webhook


def _plan(view: View, target: Ref, random: Random) -> Plan:
    ref = Ref("ValidatingWebhookConfiguration", "", "pod-policy")
    culprits = (ref, Ref("Service", target.namespace, "policy-webhook"))
    return Plan(culprits, (Create(pod_webhook(target, "policy-webhook")), Restart(target)))


FAULT = Fault(
    "webhook-service-missing",
    ("webhook-service-missing",),
    Text("A webhook points to a Service that does not exist", "Webhook 指向不存在的 Service"),
    Text("New pods are not created: failed calling webhook.", "新 Pod 无法创建：调用 webhook 失败。"),
    Text("Create the Service, or delete the configuration.", "创建 Service 或删除该配置。"),
    services(),
    _plan,
)
