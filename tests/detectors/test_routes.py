from __future__ import annotations

from midwatch.detectors import routes
from midwatch.domain.finding import Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.resource import Ref
from tests.builders import causes_of, inventory_of
from tests.detectors.networking import app, config_map, deployment, pod, service

CLASS = "{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: nginx}, spec: {controller: k}}"


def run(inventory: Inventory) -> list[Finding]:
    return [each for detector in routes.DETECTORS for each in detector(inventory)]


def ingress(
    backend: str = "cart", port: int = 80, path: str = "/", cls: str = "nginx", tls: str = "", status: str = "{}"
) -> str:
    return f"""
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: web, namespace: shop, creationTimestamp: "2026-01-01T00:00:00Z"}}
spec:
  ingressClassName: {cls or "null"}
  tls: [{"{secretName: " + tls + "}" if tls else ""}]
  rules:
  - host: shop.example.com
    http: {{paths: [{{path: {path}, backend: {{service: {{name: {backend}, port: {{number: {port}}}}}}}}}]}}
status: {status}
"""


def route(spec: str, status: str = "{}") -> str:
    return f"""
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: web, namespace: shop}}
spec: {spec}
status: {status}
"""


GATEWAY = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gate, namespace: shop}
spec: {gatewayClassName: std, listeners: [{name: http, port: 80, protocol: HTTP}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: std}
"""


def test_a_healthy_ingress_yields_nothing() -> None:
    assert run(inventory_of(app("cart"), CLASS, ingress(path="/api/cart"))) == []


def test_a_backend_that_does_not_exist() -> None:
    (found,) = run(inventory_of(app("cart"), CLASS, ingress("carts")))
    assert found.claims[-1].culprit == Ref("Ingress", "shop", "web")
    assert "ingress-backend-missing" in causes_of([found])
    assert run(inventory_of(app("cart"), CLASS, ingress("carts"), denied=("Service",))) == []


def test_a_backend_whose_service_was_deleted_is_a_missing_service() -> None:
    (found,) = run(inventory_of(deployment("cart"), pod("cart"), CLASS, ingress("cart")))
    assert max(found.claims, key=lambda each: each.strength).cause == "service-missing"


def test_a_backend_port_that_does_not_exist() -> None:
    assert causes_of(run(inventory_of(app("cart"), CLASS, ingress(port=81)))) == {"ingress-backend-port-mismatch"}


def test_a_class_that_does_not_exist() -> None:
    (found,) = run(inventory_of(app("cart"), CLASS, ingress(cls="ngnix")))
    assert (causes_of([found]), found.severity) == ({"ingress-class-missing"}, Severity.ERROR)


def test_no_class_and_no_default() -> None:
    assert causes_of(run(inventory_of(app("cart"), CLASS, ingress(cls="")))) == {"ingress-class-missing"}
    served = ingress(cls="", status="{loadBalancer: {ingress: [{ip: 1.2.3.4}]}}")
    assert run(inventory_of(app("cart"), CLASS, served)) == []


def test_a_certificate_that_does_not_exist() -> None:
    assert causes_of(run(inventory_of(app("cart"), CLASS, ingress(tls="cert")))) == {"ingress-tls-secret-missing"}
    secret = "{apiVersion: v1, kind: Secret, metadata: {name: cert, namespace: shop}, type: kubernetes.io/tls}"
    assert run(inventory_of(app("cart"), CLASS, ingress(tls="cert"), secret)) == []
    assert run(inventory_of(app("cart"), CLASS, ingress(tls="cert"), denied=("Secret",))) == []


def test_a_path_that_names_another_service() -> None:
    (found,) = run(inventory_of(app("cart"), app("orders"), CLASS, ingress("orders", path="/api/v1/cart")))
    assert (found.claims[0].cause, found.claims[0].culprit) == (
        "gateway-misroute",
        Ref("Deployment", "shop", "cart"),
    )


def test_an_ingress_that_no_controller_serves_while_others_are() -> None:
    other = ingress(status="{loadBalancer: {ingress: [{ip: 1.2.3.4}]}}").replace("name: web", "name: other")
    other = other.replace("shop.example.com", "other.example.com")
    assert causes_of(run(inventory_of(app("cart"), CLASS, ingress(), other))) >= {"route-not-accepted"}


def test_two_ingresses_that_claim_one_path() -> None:
    other = ingress("orders").replace("name: web", "name: other")
    assert causes_of(run(inventory_of(app("cart"), app("orders"), CLASS, ingress(), other))) == {
        "gateway-misroute"
    }


def test_a_healthy_gateway_and_route_yield_nothing() -> None:
    good = route("{parentRefs: [{name: gate}], rules: [{backendRefs: [{name: cart, port: 80}]}]}")
    assert run(inventory_of(app("cart"), GATEWAY, good)) == []


def test_a_route_to_a_backend_port_or_parent_that_does_not_exist() -> None:
    missing = route("{rules: [{backendRefs: [{name: nothing, port: 80}]}]}")
    assert causes_of(run(inventory_of(app("cart"), missing))) == {"route-backend-missing"}
    port = route("{rules: [{backendRefs: [{name: cart, port: 81}]}]}")
    assert causes_of(run(inventory_of(app("cart"), port))) == {"route-backend-missing"}
    parent = route("{parentRefs: [{name: gat}], rules: [{backendRefs: [{name: cart, port: 80}]}]}")
    assert causes_of(run(inventory_of(app("cart"), GATEWAY, parent))) == {"route-not-accepted"}


def test_a_backend_in_another_namespace_needs_a_grant() -> None:
    across = route("{rules: [{backendRefs: [{name: db, namespace: data, port: 80}]}]}")
    grant = """
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: g, namespace: data}
spec: {from: [{kind: HTTPRoute, namespace: shop}], to: [{kind: Service}]}
"""
    parts = service("db", namespace="data"), across
    assert causes_of(run(inventory_of(*parts))) == {"reference-grant-missing"}
    assert run(inventory_of(*parts, grant)) == []


def test_conditions_speak_for_themselves() -> None:
    refused = "{parents: [{conditions: [{type: Accepted, status: 'False', reason: NotAllowed, message: no}]}]}"
    found = run(inventory_of(app("cart"), route("{rules: []}", refused)))
    assert causes_of(found) == {"route-not-accepted"}
    gateway = GATEWAY.replace(
        "kind: Gateway\n", "kind: Gateway\nstatus: {conditions: [{type: Programmed, status: 'False'}]}\n", 1
    )
    assert causes_of(run(inventory_of(gateway))) == {"gateway-not-programmed"}
    assert causes_of(run(inventory_of(GATEWAY.replace("name: std", "name: other")))) == {"gateway-class-missing"}


def test_a_rule_whose_path_names_another_service() -> None:
    rules = "{rules: [{matches: [{path: {value: /cart}}], backendRefs: [{name: orders, port: 80}]}]}"
    found = run(inventory_of(app("cart"), app("orders"), route(rules)))
    assert found[0].claims[0].culprit == Ref("Deployment", "shop", "cart")


NGINX = """
server {
  listen 8080;
  location /cart { proxy_pass http://cart:80; }
  location /orders {
    proxy_pass http://%s;
  }
}
"""
SPRING = """
spring:
  cloud:
    gateway:
      routes:
        - id: cart
          uri: http://${CART_HOST:cart}:80
          predicates:
            - Path=/api/v1/cart/**
        - id: orders
          uri: %s
          predicates:
            - Path=/api/v1/orders/**
"""


def configured(text: str) -> list[Finding]:
    return run(inventory_of(app("cart"), app("orders"), config_map("gate", conf=text)))


def test_a_configured_gateway_that_sends_a_path_elsewhere() -> None:
    for text in (NGINX % "cart:80", SPRING % "lb://cart"):
        (found,) = configured(text)
        assert found.claims[0].culprit == Ref("Deployment", "shop", "orders")
        assert found.claims[0].cause == "gateway-misroute"


def test_a_configured_gateway_with_a_wrong_port() -> None:
    for text in (NGINX % "orders:81", SPRING % "http://orders:81"):
        (found,) = configured(text)
        assert found.claims[0].culprit == Ref("Deployment", "shop", "orders")


def test_a_rightly_configured_gateway_yields_nothing() -> None:
    assert configured(NGINX % "orders:80") == []
    assert configured(SPRING % "lb://orders") == []


def mesh(host: str, subset: str = "") -> str:
    return f"""
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: v, namespace: shop}}
spec: {{http: [{{route: [{{destination: {{host: {host}, subset: "{subset}"}}}}]}}]}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: d, namespace: shop}}
spec: {{host: cart, subsets: [{{name: v1, labels: {{app: cart}}}}, {{name: v2, labels: {{version: v2}}}}]}}
"""


def test_a_mesh_route_to_an_existing_subset_yields_nothing() -> None:
    assert run(inventory_of(app("cart"), mesh("cart", "v1"))) == []


def test_a_mesh_route_to_a_missing_host_or_an_empty_subset() -> None:
    assert causes_of(run(inventory_of(app("cart"), mesh("carts")))) == {"mesh-misroute"}
    assert causes_of(run(inventory_of(app("cart"), mesh("cart", "v2")))) == {"mesh-misroute"}


def test_a_configured_gateway_that_sends_a_path_to_no_service() -> None:
    gate = deployment("gate", spec={"volumes": [{"name": "conf", "configMap": {"name": "gate"}}]})
    made = inventory_of(app("cart"), app("orders"), gate, config_map("gate", conf=SPRING % "lb://nobody"))
    (found,) = run(made)
    assert found.claims[0].culprit == Ref("Deployment", "shop", "orders")
    assert (found.claims[0].cause, found.status) == ("gateway-misroute", Status.ACTIVE)


def test_a_configuration_that_nobody_reads_misleads_nobody_yet() -> None:
    assert {each.status for each in configured(SPRING % "lb://cart")} == {Status.LATENT}


def test_a_service_whose_name_is_made_of_general_words_is_missed_too() -> None:
    parts = (
        app("cart"),
        app("config-service"),
        config_map("gate", conf=NGINX.replace("orders", "config") % "cart:80"),
    )
    (found,) = run(inventory_of(*parts))
    assert found.claims[0].culprit == Ref("Deployment", "shop", "config-service")


def test_an_ingress_that_was_moved_to_an_unknown_class_keeps_an_address_that_means_nothing() -> None:
    moved = ingress(cls="haproxy", status="{loadBalancer: {ingress: [{ip: 1.2.3.4}]}}")
    moved = moved.replace("namespace: shop,", "namespace: shop, generation: 2,")
    assert causes_of(run(inventory_of(app("cart"), CLASS, moved))) == {"ingress-class-missing"}
    served = moved.replace("generation: 2", "generation: 1").replace("name: web", "name: other")
    assert "ingress-class-missing" not in causes_of(run(inventory_of(app("cart"), CLASS, moved, served)))
