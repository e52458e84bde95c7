"""The Service of a webhook has no endpoints, and a service is released."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import Obj
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Create, Fault, Plan, Restart, View
from midwatch.lab.faults.parts import pod_webhook


def _plan(view: View, target: Ref, random: Random) -> Plan:
    ref = Ref("ValidatingWebhookConfiguration", "", "pod-policy")
    head = {"name": "policy-webhook", "namespace": target.namespace}
    body = {"selector": {"app": "policy-webhook"}, "ports": [{"port": 443, "targetPort": 8443}]}
    service: Obj = {"apiVersion": "v1", "kind": "Service", "metadata": head, "spec": body}
    culprits = (ref, Ref("Service", *(target.namespace, "policy-webhook")))
    return Plan(culprits, (Create(service), Create(pod_webhook(target, "policy-webhook")), Restart(target)))


FAULT = Fault(
    "webhook-unavailable",
    ("webhook-unavailable",),
    Text("A webhook does not answer", "Webhook 无响应"),
    Text("New pods are not created: failed calling webhook.", "新 Pod 无法创建：调用 webhook 失败。"),
    Text("Bring the webhook back, or delete the configuration.", "恢复 webhook 或删除该配置。"),
    services(),
    _plan,
)
