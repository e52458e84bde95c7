"""A new NetworkPolicy lets a service reach nobody, not even DNS."""

from __future__ import annotations

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.lab.core.objects import Obj
from midwatch.lab.faults.choose import called_deployments
from midwatch.lab.faults.fault import Fault, View
from midwatch.lab.faults.parts import address_key
from midwatch.lab.faults.plans import creates


def _callers(view: View) -> list[Ref]:
    return [each for each in called_deployments(view) if address_key(view, each)]


def _policy(target: Ref) -> Obj:
    body: Obj = {
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": target.name}},
        "policyTypes": ["Egress"],
    }
    head = {"name": f"lockdown-{target.name}", "namespace": target.namespace}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": head, "spec": body}


FAULT = Fault(
    "network-policy-blocks-egress",
    ("network-policy-blocks",),
    Text("A NetworkPolicy blocks all that a service calls", "NetworkPolicy 阻断了服务的出站访问"),
    Text("The service cannot resolve names or call others.", "服务无法解析名称或调用其他服务。"),
    Text("Allow DNS and the services it calls, or remove the policy.", "放行 DNS 与被调用的服务，或移除策略。"),
    _callers,
    creates(_policy),
)
