from __future__ import annotations

from midwatch.detectors import policies
from midwatch.domain.finding import Finding, Severity
from midwatch.domain.inventory import Inventory
from midwatch.domain.resource import Ref
from tests.builders import causes_of, inventory_of
from tests.detectors.networking import app, deployment, pod


def run(inventory: Inventory) -> list[Finding]:
    return [each for detector in policies.DETECTORS for each in detector(inventory)]


def policy(spec: str, name: str = "guard") -> str:
    return f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}, namespace: shop}}
spec: {spec}
"""


DENY_IN = policy("{podSelector: {}, policyTypes: [Ingress]}", "deny")
DNS = deployment("coredns", labels={"k8s-app": "kube-dns"}, namespace="kube-system") + pod(
    "coredns", labels={"k8s-app": "kube-dns"}, namespace="kube-system", address="10.1.9.9"
)


def shop(ready: bool = True) -> str:
    return app("cart") + app("front", env={"CART_ADDR": "cart:80"}, ready=ready)


def test_a_policy_that_denies_a_needed_call() -> None:
    (found,) = run(inventory_of(shop(), DENY_IN))
    assert causes_of([found]) == {"network-policy-blocks"}
    assert found.claims[0].culprit == Ref("NetworkPolicy", "shop", "deny")
    assert found.severity is Severity.WARNING
    assert Ref("Deployment", "shop", "front") in found.affected


def test_it_is_an_error_when_the_caller_suffers() -> None:
    (found,) = run(inventory_of(shop(ready=False), DENY_IN))
    assert found.severity is Severity.ERROR


def test_a_denial_that_cuts_nothing_needed_is_nothing() -> None:
    assert run(inventory_of(app("cart"), app("front"), DENY_IN)) == []


def test_policies_add_up() -> None:
    allow = policy(
        "{podSelector: {matchLabels: {app: cart}},"
        " ingress: [{from: [{podSelector: {matchLabels: {app: front}}}]}]}"
    )
    assert run(inventory_of(shop(), DENY_IN, allow)) == []


def test_a_rule_for_other_labels_or_another_port_does_not_help() -> None:
    other = policy(
        "{podSelector: {matchLabels: {app: cart}}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}"
    )
    assert causes_of(run(inventory_of(shop(), other))) == {"network-policy-blocks"}
    port = policy("{podSelector: {matchLabels: {app: cart}}, ingress: [{ports: [{port: 9090}]}]}")
    assert causes_of(run(inventory_of(shop(), port))) == {"network-policy-blocks"}


def test_rules_apply_to_the_container_port_and_to_ranges() -> None:
    for ports in ("[{port: 8080}]", "[{port: 8000, endPort: 9000}]", "[{protocol: TCP}]"):
        allow = policy(f"{{podSelector: {{}}, ingress: [{{ports: {ports}}}]}}")
        assert run(inventory_of(shop(), allow)) == []


def test_an_egress_policy_of_the_caller() -> None:
    deny = policy("{podSelector: {matchLabels: {app: front}}, policyTypes: [Egress]}")
    assert causes_of(run(inventory_of(shop(), deny))) == {"network-policy-blocks"}


def test_a_namespace_selector_and_a_block() -> None:
    named = "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}"
    for peer in (named, "{ipBlock: {cidr: 10.1.0.0/16}}"):
        assert run(inventory_of(shop(), policy(f"{{podSelector: {{}}, ingress: [{{from: [{peer}]}}]}}"))) == []


def test_an_egress_policy_without_dns() -> None:
    closed = policy("{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 8080}]}]}")
    (found,) = run(inventory_of(shop(), DNS, closed))
    assert found.rule == "policies/blocked-dns"
    opened = policy(
        "{podSelector: {}, policyTypes: [Egress], egress: [{ports: [{port: 8080}, {port: 53, protocol: UDP}]}]}"
    )
    assert run(inventory_of(shop(), DNS, opened)) == []


def test_pods_on_the_hosts_network_are_not_isolated() -> None:
    host = app("cart", {"hostNetwork": True}) + app("front", env={"CART_ADDR": "cart:80"})
    assert run(inventory_of(host, DENY_IN)) == []


def test_a_policy_for_no_pod_is_advice() -> None:
    (found,) = run(inventory_of(app("cart"), policy("{podSelector: {matchLabels: {app: gone}}}")))
    assert found.severity is Severity.INFO


def test_a_policy_of_which_only_the_name_is_known_blocks_nothing() -> None:
    assert run(inventory_of(shop(), policy("{podSelector: {}}"))) == []
