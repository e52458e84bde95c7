"""A new NetworkPolicy lets nobody reach a service."""

from __future__ import annotations

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import Obj
from midwatch.lab.faults.choose import called_deployments
from midwatch.lab.faults.fault import Fault
from midwatch.lab.faults.plans import creates


def _policy(target: Ref) -> Obj:
    body: Obj = {
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": target.name}},
        "policyTypes": ["Ingress"],
    }
    body["ingress"] = [{"from": [{"namespaceSelector": {"matchLabels": {"team": "platform"}}}]}]
    head = {"name": f"isolate-{target.name}", "namespace": target.namespace}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": head, "spec": body}


FAULT = Fault(
    "network-policy-blocks-ingress",
    ("network-policy-blocks",),
    Text("A NetworkPolicy blocks the way to a service", "NetworkPolicy 阻断了对服务的访问"),
    Text("Callers time out.", "调用方超时。"),
    Text("Allow the callers, or remove the policy.", "放行调用方或移除策略。"),
    called_deployments,
    creates(_policy),
)
