"""A webhook points to a Service that does not exist, and a service is released."""

from __future__ import annotations

from random import Random

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import Obj
from midwatch.lab.faults.choose import services
from midwatch.lab.faults.fault import Create, Fault, Plan, Restart, View


def _hook(target: Ref, service: str) -> Obj:
    client = {"service": {"name": service, "namespace": target.namespace, "path": "/validate", "port": 443}}
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    scope = {"matchLabels": {"kubernetes.io/metadata.name": target.namespace}}
    hook: Obj = {
        "name": "pods.policy.example.com",
        "clientConfig": client,
        "rules": [rule],
        "failurePolicy": "Fail",
    }
    hook |= {
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "namespaceSelector": scope,
        "timeoutSeconds": 10,
    }
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "pod-policy"},
        "webhooks": [hook],
    }


def _plan(view: View, target: Ref, random: Random) -> Plan:
    ref = Ref("ValidatingWebhookConfiguration", "", "pod-policy")
    culprits = (ref, Ref("Service", target.namespace, "policy-webhook"))
    return Plan(culprits, (Create(_hook(target, "policy-webhook")), Restart(target)))


FAULT = Fault(
    "webhook-service-missing",
    ("webhook-service-missing",),
    Text("A webhook points to a Service that does not exist", "Webhook 指向不存在的 Service"),
    Text("New pods are not created: failed calling webhook.", "新 Pod 无法创建：调用 webhook 失败。"),
    Text("Create the Service, or delete the configuration.", "创建 Service 或删除该配置。"),
    services(),
    _plan,
)
