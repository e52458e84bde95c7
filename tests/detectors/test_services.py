from __future__ import annotations

from collections.abc import Iterable

from midwatch.detectors import services
from midwatch.domain.finding import Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.json import JSON
from midwatch.domain.resource import Ref
from tests.builders import causes_of, inventory_of
from tests.detectors.networking import app, deployment, pod, service

CART = Ref("Service", "shop", "cart")


def run(inventory: Inventory) -> list[Finding]:
    return [each for detector in services.DETECTORS for each in detector(inventory)]


def strength(findings: Iterable[Finding], cause: str) -> float:
    return max((c.strength for each in findings for c in each.claims if c.cause == cause), default=0.0)


def endpoints(name: str, *addresses: str) -> str:
    listed = ", ".join(f"{{ip: {each}}}" for each in addresses)
    subsets = f"[{{addresses: [{listed}], ports: [{{port: 8080}}]}}]" if addresses else "[]"
    return (
        f"---\napiVersion: v1\nkind: Endpoints\nmetadata: {{name: {name}, namespace: shop}}\nsubsets: {subsets}\n"
    )


def test_a_healthy_application_yields_nothing() -> None:
    assert run(inventory_of(app("cart"), endpoints("cart", "10.1.0.1"))) == []


def test_a_selector_with_another_key_is_a_mismatch_at_the_service() -> None:
    inventory = inventory_of(deployment("cart"), pod("cart"), service("cart", selector={"application": "cart"}))
    (found,) = run(inventory)
    assert causes_of([found]) == {"service-selector-mismatch"}
    assert found.claims[0].culprit == CART
    assert found.claims[0].strength >= 0.9
    assert found.severity is Severity.ERROR


def test_an_additional_label_in_the_selector_is_a_mismatch() -> None:
    selector = {"app": "cart", "env": "production"}
    found = run(inventory_of(deployment("cart"), pod("cart"), service("cart", selector=selector)))
    assert strength(found, "service-selector-mismatch") >= 0.9


def test_a_slightly_wrong_value_is_a_mismatch_even_when_the_names_differ() -> None:
    parts = deployment("web-frontend"), pod("web-frontend"), service("www", selector={"app": "web_frontend"})
    assert strength(run(inventory_of(*parts)), "service-selector-mismatch") >= 0.6


def test_the_selector_of_a_second_service_for_the_same_pods_only_waits() -> None:
    canary = service("cart-canary", selector={"app": "cart", "track": "canary"})
    (found,) = run(inventory_of(app("cart"), canary))
    assert found.status is Status.LATENT


def test_a_service_of_a_workload_scaled_to_zero_has_a_right_selector() -> None:
    found = run(inventory_of(deployment("cart", replicas=0), service("cart")))
    assert causes_of(found) == {"service-no-ready-endpoints"}
    assert found[0].status is Status.LATENT


def test_a_service_of_a_called_workload_without_pods_is_down() -> None:
    caller = app("front", env={"CART_ADDR": "cart:80"})
    found = run(inventory_of(deployment("cart"), service("cart"), caller))
    assert causes_of(found) == {"service-no-ready-endpoints"}
    assert found[0].severity is Severity.ERROR


def test_no_selector_is_judged_when_pods_are_not_known() -> None:
    parts = deployment("cart"), service("cart", selector={"application": "cart"})
    assert run(inventory_of(*parts, denied=("Pod",))) == []


def test_no_selector_is_judged_when_the_labels_of_pods_are_not_known() -> None:
    bare = "{apiVersion: v1, kind: Pod, metadata: {name: cart-1-x, namespace: shop}, status: {phase: Running}}"
    assert run(inventory_of(deployment("cart"), bare, service("cart"))) == []


def test_a_leftover_service_is_advice() -> None:
    (found,) = run(inventory_of(service("old", selector={"app": "gone"})))
    assert found.severity is Severity.INFO


def test_unready_pods_leave_the_service_without_endpoints() -> None:
    found = run(inventory_of(app("cart", ready=False)))
    assert causes_of(found) == {"service-no-ready-endpoints"}
    assert strength(found, "service-no-ready-endpoints") <= 0.5


def test_pods_made_moments_ago_may_be_unready() -> None:
    young = pod("cart", ready=False, created="2026-01-01T03:09:00Z")
    assert run(inventory_of(deployment("cart"), young, service("cart"))) == []


def test_a_service_that_publishes_unready_addresses_is_fine_without_ready_pods() -> None:
    parts = deployment("cart"), pod("cart", ready=False), service("cart", publishNotReadyAddresses=True)
    assert run(inventory_of(*parts)) == []


def test_an_unknown_port_name_is_certain() -> None:
    found = run(
        inventory_of(deployment("cart"), pod("cart"), service("cart", target="grpc-api"), endpoints("cart"))
    )
    assert causes_of(found) == {"service-target-port-mismatch"}
    assert strength(found, "service-target-port-mismatch") > 0.95


def test_a_known_port_name_is_fine() -> None:
    ports: dict[str, JSON] = {"ports": [{"name": "http", "containerPort": 9000}]}
    parts = (
        deployment("cart", container=ports),
        pod("cart", container=ports),
        service("cart", target="http"),
    )
    assert run(inventory_of(*parts)) == []


def test_a_number_that_nobody_declares_is_an_error_when_the_right_one_is_plain() -> None:
    probe: dict[str, JSON] = {"readinessProbe": {"httpGet": {"port": 8080, "path": "/"}}}
    parts = deployment("cart"), pod("cart", container=probe), service("cart", target=8081)
    (found,) = run(inventory_of(*parts))
    assert (found.severity, causes_of([found])) == (Severity.ERROR, {"service-target-port-mismatch"})


def test_a_number_is_fine_when_a_variable_names_it() -> None:
    parts = deployment("cart"), pod("cart", env={"PORT": "8081"}), service("cart", target=8081)
    assert run(inventory_of(*parts)) == []


def test_pods_that_declare_no_ports_prove_nothing() -> None:
    assert run(inventory_of(deployment("cart", port=0), pod("cart", port=0), service("cart", target=1234))) == []


def test_an_extra_service_for_an_undeclared_port_only_waits() -> None:
    (found,) = run(inventory_of(app("cart"), service("cart-metrics", target=9102, selector={"app": "cart"})))
    assert found.status is Status.LATENT


def test_a_tcp_service_before_a_udp_port_is_a_protocol_mismatch() -> None:
    ports: dict[str, JSON] = {"ports": [{"containerPort": 8080, "protocol": "UDP"}]}
    found = run(inventory_of(deployment("cart"), pod("cart", container=ports), service("cart")))
    assert causes_of(found) == {"service-protocol-mismatch"}


def test_a_udp_service_before_an_undeclared_protocol_only_waits() -> None:
    ports: list[JSON] = [{"port": 514, "targetPort": 8080, "protocol": "UDP"}]
    (found,) = run(inventory_of(deployment("cart"), pod("cart"), service("cart", ports=ports)))
    assert found.status is Status.LATENT


def test_two_workloads_behind_one_port_that_only_one_listens_on() -> None:
    labels = {"app": "cart"}
    other = deployment("db", labels=labels) + pod("db", labels=labels, port=3306, address="10.1.0.2")
    found = run(inventory_of(app("cart"), other))
    assert causes_of(found) == {"service-selector-mismatch"}


def test_two_revisions_with_the_same_port_are_fine() -> None:
    labels = {"app": "cart"}
    other = deployment("cart-canary", labels=labels) + pod("cart-canary", labels=labels, address="10.1.0.2")
    assert run(inventory_of(app("cart"), other)) == []


def test_endpoints_without_a_pod_that_is_long_ready_are_stale() -> None:
    assert causes_of(run(inventory_of(app("cart"), endpoints("cart")))) == {"endpoints-stale"}


def test_endpoints_may_lag_a_little() -> None:
    young = pod("cart", created="2026-01-01T03:09:30Z")
    assert run(inventory_of(deployment("cart"), young, service("cart"), endpoints("cart"))) == []


def test_an_external_name_that_is_an_address_is_invalid() -> None:
    db = service("db", type="ExternalName", externalName="10.0.0.9", selector={})
    found = run(inventory_of(db, app("front", env={"DB_HOST": "db"})))
    assert causes_of(found) == {"external-name-invalid"}
    assert found[0].status is Status.ACTIVE


def test_an_external_name_of_a_missing_service_is_invalid() -> None:
    alias = service("db", type="ExternalName", externalName="nothing.shop.svc.cluster.local", selector={})
    assert causes_of(run(inventory_of(alias))) == {"external-name-invalid"}


def test_an_external_name_elsewhere_is_fine() -> None:
    assert run(inventory_of(service("db", type="ExternalName", externalName="db.example.com", selector={}))) == []


def test_a_load_balancer_with_a_failure_event_is_pending() -> None:
    balancer = _balancer("web")
    event = """---
apiVersion: v1
kind: Event
metadata: {name: e, namespace: shop}
involvedObject: {kind: Service, namespace: shop, name: web}
reason: SyncLoadBalancerFailed
message: "Error syncing load balancer: failed to ensure load balancer: quota exceeded"
lastTimestamp: "2026-01-01T03:09:00Z"
"""
    fresh = balancer.replace("web", "web-lb", 1).replace("T00:00", "T03:00")
    assert causes_of(run(inventory_of(app("web"), fresh))) == set()
    found = run(inventory_of(deployment("web"), pod("web"), balancer, event))
    assert causes_of(found) == {"load-balancer-pending"}


def test_a_balancer_that_waits_for_hours_is_pending_even_when_nobody_says_so() -> None:
    (found,) = run(inventory_of(deployment("web"), pod("web"), _balancer("web")))
    assert (found.severity, found.status) == (Severity.WARNING, Status.ACTIVE)
    assert [(each.cause, each.strength) for each in found.claims] == [("load-balancer-pending", 0.45)]


def test_a_cluster_that_never_had_load_balancers_is_not_to_blame() -> None:
    old = _balancer("web").replace("2026-01-01T00:00:00Z", "2025-11-01T00:00:00Z")
    assert run(inventory_of(deployment("web"), pod("web"), old)) == []


def _balancer(name: str) -> str:
    made = service(name, type="LoadBalancer")
    return made.replace('"namespace": "shop"', '"namespace": "shop", "creationTimestamp": "2026-01-01T00:00:00Z"')


def test_a_stateful_set_without_its_governing_service() -> None:
    manifest = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec: {serviceName: db-headless, template: {metadata: {labels: {app: db}}}}
"""
    (found,) = run(inventory_of(manifest))
    assert (causes_of([found]), found.status) == ({"service-missing"}, Status.LATENT)
    assert run(inventory_of(manifest, denied=("Service",))) == []


def test_a_service_without_selector_and_endpoints_that_is_called() -> None:
    parts = service("db", selector={}), app("front", env={"DB_ADDR": "db:80"})
    assert causes_of(run(inventory_of(*parts))) == {"service-no-ready-endpoints"}
    assert run(inventory_of(*parts, endpoints("db", "192.168.1.1"))) == []
    assert run(inventory_of(*parts, denied=("Endpoints", "EndpointSlice"))) == []


def test_services_of_finished_jobs_are_fine() -> None:
    done = """
apiVersion: v1
kind: Pod
metadata: {name: j-x, namespace: shop, labels: {app: j}}
status: {phase: Succeeded}
---
apiVersion: batch/v1
kind: Job
metadata: {name: j, namespace: shop}
spec: {template: {metadata: {labels: {app: j}}, spec: {containers: [{name: a, image: b}]}}}
"""
    assert run(inventory_of(done, service("j"))) == []


def test_a_slip_in_a_selector_is_a_mismatch_even_when_another_service_serves_the_pods() -> None:
    external = service("cart-external", selector={"app": "cart"})
    wrong = service("cart", selector={"app": "carts"})
    found = run(inventory_of(deployment("cart"), pod("cart"), wrong, external))
    assert strength(found, "service-selector-mismatch") >= 0.9


def test_a_port_name_that_the_control_plane_resolved_exists() -> None:
    parts = deployment("cart"), pod("cart"), service("cart", target="http"), endpoints("cart", "10.1.0.1")
    assert run(inventory_of(*parts)) == []


def test_udp_before_a_port_whose_name_says_tcp_is_a_mismatch() -> None:
    ports: list[JSON] = [{"name": "tcp-redis", "port": 6379, "targetPort": 6379, "protocol": "UDP"}]
    parts = deployment("cache", port=6379), pod("cache", port=6379), service("cache", ports=ports)
    (found,) = run(inventory_of(*parts))
    assert [(each.cause, each.strength) for each in found.claims] == [("service-protocol-mismatch", 0.9)]
