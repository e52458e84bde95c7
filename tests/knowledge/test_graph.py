"""Who depends on whom, and how a fault spreads."""

from __future__ import annotations

import random
import tracemalloc

import pytest

from midwatch.domain.evidence import EvidenceState
from midwatch.domain.inventory import build_inventory
from midwatch.domain.kube.kinds import RESOURCE_TYPES
from midwatch.domain.observation import Call
from midwatch.domain.resource import Ref
from midwatch.knowledge.graph import Graph, Presence, build_graph
from midwatch.knowledge.relation import Edge, Relation
from tests.builders import NOW, inventory_of, objects_of
from tests.knowledge.big import big_inventory
from tests.knowledge.shop import SHOP

CART = Ref("Deployment", "shop", "cart")
CART_SERVICE = Ref("Service", "shop", "cart")
FRONT = Ref("Deployment", "shop", "front")
INGRESS = Ref("Ingress", "shop", "shop")
SETTINGS = Ref("ConfigMap", "shop", "cart-settings")


@pytest.fixture(scope="module")
def shop() -> Graph:
    return build_graph(inventory_of(SHOP))


def has(graph: Graph, source: Ref, relation: Relation, target: Ref) -> bool:
    return Edge(source, target, relation) in graph.edges


def test_a_missing_configmap_is_a_node_and_flagged(shop: Graph) -> None:
    assert shop.nodes[SETTINGS] is Presence.MISSING
    assert SETTINGS in shop.missing
    assert has(shop, CART, Relation.MOUNTS, SETTINGS)
    assert has(shop, Ref("Pod", "shop", "cart-1-a"), Relation.MOUNTS, SETTINGS)


def test_what_could_not_be_listed_is_not_called_missing() -> None:
    graph = build_graph(inventory_of(SHOP, denied=["ConfigMap"]))
    assert graph.nodes[SETTINGS] is Presence.UNSEEN
    assert SETTINGS not in graph.missing


def test_the_fault_of_a_configmap_reaches_the_ingress_through_callers(shop: Graph) -> None:
    assert shop.path(SETTINGS, INGRESS) == (
        SETTINGS,
        CART,
        CART_SERVICE,
        FRONT,
        Ref("Service", "shop", "front"),
        INGRESS,
    )
    assert shop.blast_radius(SETTINGS) == shop.path(SETTINGS, INGRESS)[1:]


def test_a_fault_does_not_spread_against_the_direction_of_dependency(shop: Graph) -> None:
    assert shop.path(INGRESS, SETTINGS) == ()
    assert CART not in shop.dependants(FRONT)


def test_what_a_workload_suffers_shows_at_its_pods(shop: Graph) -> None:
    pod = Ref("Pod", "shop", "cart-1-a")
    assert shop.path(CART, pod) == (CART, Ref("ReplicaSet", "shop", "cart-1"), pod)
    assert shop.path(SETTINGS, Ref("Pod", "shop", "front-1-a"))[-3:] == (
        FRONT,
        Ref("ReplicaSet", "shop", "front-1"),
        Ref("Pod", "shop", "front-1-a"),
    )


def test_siblings_do_not_infect_each_other(shop: Graph) -> None:
    assert shop.path(Ref("Pod", "shop", "db-0"), Ref("Pod", "shop", "db-0")) == (Ref("Pod", "shop", "db-0"),)
    assert shop.path(Ref("Pod", "shop", "front-1-a"), Ref("Pod", "shop", "front-1-b")) == ()


def test_storage_and_nodes_are_followed_to_those_who_need_them(shop: Graph) -> None:
    node = Ref("Node", "", "disk-1")
    assert has(shop, Ref("PersistentVolume", "", "pv-1"), Relation.BINDS, Ref("VolumeAttachment", "", "va-1"))
    assert shop.path(Ref("StorageClass", "", "fast"), Ref("Service", "shop", "db"))[:3] == (
        Ref("StorageClass", "", "fast"),
        Ref("PersistentVolumeClaim", "shop", "data-db-0"),
        Ref("Pod", "shop", "db-0"),
    )
    assert shop.path(node, INGRESS)[1] == Ref("Pod", "shop", "db-0")
    assert Ref("StatefulSet", "shop", "db") in shop.blast_radius(node)


def test_a_service_depends_on_the_workload_that_cannot_make_pods() -> None:
    graph = build_graph(
        inventory_of("""
kind: Service
metadata: {name: web, namespace: a}
spec: {selector: {app: web}}
---
kind: Deployment
metadata: {name: web, namespace: a}
spec:
  replicas: 2
  template:
    metadata: {labels: {app: web, tier: x}}
    spec:
      serviceAccountName: gone
      priorityClassName: high
      imagePullSecrets: [{name: registry}]
      containers: [{name: a}]
""")
    )
    workload = Ref("Deployment", "a", "web")
    assert has(graph, Ref("Service", "a", "web"), Relation.SELECTS, workload)
    assert graph.path(Ref("ServiceAccount", "a", "gone"), Ref("Service", "a", "web")) == (
        Ref("ServiceAccount", "a", "gone"),
        workload,
        Ref("Service", "a", "web"),
    )
    assert set(graph.dependencies(workload)) == {
        Ref("ServiceAccount", "a", "gone"),
        Ref("PriorityClass", "", "high"),
        Ref("Secret", "a", "registry"),
    }


def test_policies_autoscalers_and_bindings_count_against_the_drawn_direction() -> None:
    graph = build_graph(
        inventory_of(
            SHOP,
            """
kind: RoleBinding
metadata: {name: cart, namespace: shop}
roleRef: {kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: cart}]
---
kind: Certificate
apiVersion: cert-manager.io/v1
metadata: {name: shop, namespace: shop}
spec: {secretName: shop-tls}
""",
        )
    )
    assert CART in graph.dependants(Ref("NetworkPolicy", "shop", "default-deny"))
    assert graph.dependants(Ref("HorizontalPodAutoscaler", "shop", "front"), hops=1) == (FRONT,)
    assert CART in graph.dependants(Ref("Role", "shop", "reader"))
    assert graph.path(Ref("Certificate", "shop", "shop"), INGRESS) == (
        Ref("Certificate", "shop", "shop"),
        Ref("Secret", "shop", "shop-tls"),
        INGRESS,
    )


def test_webhooks_gateways_and_aliases_lead_to_services() -> None:
    graph = build_graph(
        inventory_of("""
kind: ValidatingWebhookConfiguration
metadata: {name: guard}
webhooks: [{name: w, clientConfig: {service: {namespace: sys, name: guard}}}]
---
kind: HTTPRoute
apiVersion: gateway.networking.k8s.io/v1
metadata: {name: r, namespace: a}
spec: {parentRefs: [{name: gw, namespace: infra}], rules: [{backendRefs: [{name: web}]}]}
---
kind: Service
metadata: {name: alias, namespace: a}
spec: {type: ExternalName, externalName: db.data.svc.cluster.local}
""")
    )
    route = Ref("HTTPRoute", "a", "r")
    assert has(
        graph,
        Ref("ValidatingWebhookConfiguration", "", "guard"),
        Relation.REFERENCES,
        Ref("Service", "sys", "guard"),
    )
    assert graph.dependencies(route) == (Ref("Gateway", "infra", "gw"), Ref("Service", "a", "web"))
    assert has(graph, Ref("Service", "a", "alias"), Relation.ROUTES_TO, Ref("Service", "data", "db"))


def test_recorded_calls_start_at_the_workload_behind_the_caller() -> None:
    call = Call(Ref("Service", "shop", "front"), Ref("Service", "other", "search"), "traces")
    graph = build_graph(inventory_of(SHOP), [call])
    assert has(graph, FRONT, Relation.CALLS, Ref("Service", "other", "search"))
    from_pod = Call(Ref("Pod", "shop", "cart-1-a"), Ref("Service", "other", "search"))
    assert has(
        build_graph(inventory_of(SHOP), [from_pod]), CART, Relation.CALLS, Ref("Service", "other", "search")
    )


def test_optional_references_to_nothing_are_no_dependency() -> None:
    graph = build_graph(
        inventory_of("""
kind: Pod
metadata: {name: p, namespace: a}
spec:
  containers: [{name: c, envFrom: [{configMapRef: {name: maybe, optional: true}}, {secretRef: {name: must}}]}]
""")
    )
    assert graph.dependencies(Ref("Pod", "a", "p")) == (Ref("Secret", "a", "must"),)


def test_a_node_does_not_depend_on_its_mirror_pods() -> None:
    graph = build_graph(
        inventory_of("""
kind: Node
metadata: {name: n}
---
kind: Pod
metadata: {name: etcd-n, namespace: kube-system, ownerReferences: [{kind: Node, name: n, controller: true}]}
spec: {nodeName: n}
""")
    )
    assert graph.dependants(Ref("Pod", "kube-system", "etcd-n")) == ()
    assert graph.dependencies(Ref("Pod", "kube-system", "etcd-n")) == (Ref("Node", "", "n"),)


def test_queries_can_be_limited_by_hops_relations_and_kind(shop: Graph) -> None:
    assert shop.dependants(CART, hops=1) == (CART_SERVICE,)
    assert shop.dependencies(FRONT, relations=[Relation.CALLS], hops=1) == (CART_SERVICE,)
    assert shop.neighbours(CART, "Secret") == (Ref("Secret", "shop", "cart-db"),)
    assert shop.namespace_of(CART) == Ref("Namespace", "", "shop")
    assert shop.namespace_of(Ref("Node", "", "n")) is None
    assert [each.relation for each in shop.between(CART_SERVICE, CART)] == [Relation.SELECTS]


def test_the_order_of_the_objects_does_not_matter() -> None:
    objects = objects_of(SHOP)
    states = {each.kind: EvidenceState.OBSERVED for each in RESOURCE_TYPES}
    first = build_graph(build_inventory(objects, states, NOW))
    for seed in range(5):
        mixed = random.Random(seed).sample(objects, len(objects))
        other = build_graph(build_inventory(mixed, states, NOW))
        assert other.edges == first.edges
        assert other.nodes == first.nodes
        for ref in (SETTINGS, CART, Ref("Node", "", "node-1")):
            assert other.dependants(ref) == first.dependants(ref)
            assert other.blast_radius(ref) == first.blast_radius(ref)
            assert other.path(ref, INGRESS) == first.path(ref, INGRESS)


def test_ten_thousand_pods_take_less_than_250_megabytes() -> None:
    """How long it takes is measured by `midwatch bench`, beside the decoding of the same bytes."""
    inventory = big_inventory()
    tracemalloc.start()
    graph = build_graph(inventory)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(graph.edges) > 80_000
    assert peak < 250e6


def test_an_autoscaler_needs_the_api_that_serves_its_metrics() -> None:
    scaler = """
kind: HorizontalPodAutoscaler
apiVersion: autoscaling/v2
metadata: {name: web, namespace: shop}
spec: {scaleTargetRef: {kind: Deployment, name: web}, metrics: [{type: External}]}
"""
    apis = [
        f"""
kind: APIService
apiVersion: apiregistration.k8s.io/v1
metadata: {{name: v1beta1.{group}}}
spec: {{group: {group}, version: v1beta1}}
"""
        for group in ("metrics.k8s.io", "external.metrics.k8s.io")
    ]
    graph = build_graph(inventory_of(scaler, *apis))
    needs = graph.dependencies(Ref("HorizontalPodAutoscaler", "shop", "web"), hops=1)
    assert [each.name for each in needs] == ["v1beta1.external.metrics.k8s.io"]
