from __future__ import annotations

from midwatch.detectors import connectivity
from midwatch.domain.finding import Finding
from midwatch.domain.inventory import Inventory
from midwatch.domain.json import JSON
from midwatch.domain.observation import ConnectionCheck
from midwatch.domain.resource import Ref
from tests.builders import inventory_of
from tests.detectors.networking import app, deployment, pod, service

CART = Ref("Service", "shop", "cart")


def read(inventory: Inventory, outcome: str, *, succeeded: bool = False) -> Finding:
    check = ConnectionCheck(CART, 80, succeeded, outcome)
    (found,) = (each for reader in connectivity.READERS for each in reader(inventory, check))
    return found


def likeliest(found: Finding) -> str:
    return max(found.claims, key=lambda each: each.strength).cause


def test_success_refutes_what_would_prevent_it() -> None:
    found = read(inventory_of(app("cart")), "cart (10.0.0.1:80) open", succeeded=True)
    assert {each.cause for each in found.claims} >= {"service-target-port-mismatch", "service-selector-mismatch"}
    assert all(each.refutes and each.strength == 0.6 for each in found.claims)


def test_a_failure_without_pods_points_to_the_selector() -> None:
    parts = deployment("cart"), pod("cart"), service("cart", selector={"a": "b"})
    found = read(inventory_of(*parts), "Connection Failed")
    assert {each.cause for each in found.claims} == {"service-selector-mismatch", "service-no-ready-endpoints"}


def test_a_failure_without_ready_pods_points_to_them() -> None:
    assert likeliest(read(inventory_of(app("cart", ready=False)), "refused")) == "service-no-ready-endpoints"


def test_a_refusal_with_ready_pods_points_to_the_target_port() -> None:
    found = read(inventory_of(app("cart")), "dial tcp 10.0.0.1:80: connect: connection refused")
    assert likeliest(found) == "service-target-port-mismatch"


def test_silence_with_ready_pods_points_to_the_network_and_to_policies() -> None:
    policy = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress]}
"""
    found = read(inventory_of(app("cart"), policy), "nc: connect timed out")
    assert ("network-policy-blocks", Ref("NetworkPolicy", "shop", "deny")) in {
        (each.cause, each.culprit) for each in found.claims
    }


def test_an_unresolved_name_points_to_dns_or_to_a_missing_service() -> None:
    outcome = "curl: (6) Could not resolve host: cart"
    assert likeliest(read(inventory_of(app("cart")), outcome)) == "dns-resolution-failure"
    assert likeliest(read(inventory_of(""), outcome)) == "service-missing"
    assert likeliest(read(inventory_of("", denied=("Service",)), outcome)) == "service-unreachable"


def test_a_failure_of_a_workload_that_has_no_pods_says_nothing_against_the_selector() -> None:
    found = read(inventory_of(deployment("cart"), service("cart")), "Connection Failed")
    assert {each.cause for each in found.claims} == {"service-no-ready-endpoints"}


FULL = """
kind: ResourceQuota
metadata: {name: q, namespace: shop}
spec: {hard: {services: '2'}}
status: {hard: {services: '2'}, used: {services: '2'}}
"""


def test_a_missing_service_may_have_been_refused_by_a_quota() -> None:
    parts = deployment("cart"), pod("cart")
    assert likeliest(read(inventory_of(*parts), "failed")) == "service-missing"
    found = read(inventory_of(*parts, FULL), "failed")
    assert likeliest(found) == "quota-services-exceeded"
    assert Ref("Namespace", "", "shop") in {each.culprit for each in found.claims}


def test_a_port_that_forwards_no_tcp_to_a_process_that_speaks_it() -> None:
    udp = service("cart", ports=[{"port": 80, "targetPort": 8080, "protocol": "UDP"}])
    assert (
        likeliest(read(inventory_of(deployment("cart"), pod("cart"), udp), "failed"))
        == "service-protocol-mismatch"
    )
    speaks: list[JSON] = [{"containerPort": 8080, "protocol": "UDP"}]
    honest = pod("cart", container={"ports": speaks})
    found = read(inventory_of(deployment("cart"), honest, udp), "failed")
    assert likeliest(found) != "service-protocol-mismatch"


def test_a_service_that_only_one_node_cannot_reach_blames_that_node() -> None:
    check = ConnectionCheck(CART, 80, True, "mixed", reached_from=("n1", "n3"), failed_from=("n2",))
    inventory = inventory_of(app("cart"))
    found = [each for reader in connectivity.READERS for each in reader(inventory, check)]
    suspects = {claim.culprit for each in found for claim in each.claims if not claim.refutes}
    assert suspects == {Ref("Node", "", "n2")}
    assert likeliest(found[-1]) == "kube-proxy-unavailable"
