from __future__ import annotations

from midwatch.detectors import dns
from midwatch.domain.finding import Finding, Severity
from midwatch.domain.inventory import Inventory
from midwatch.domain.json import JSON
from midwatch.domain.resource import Ref
from tests.builders import causes_of, inventory_of
from tests.detectors.networking import app, config_map, deployment, pod, service

LABELS = {"k8s-app": "kube-dns"}
PORTS: list[JSON] = [{"port": 53, "targetPort": 53, "protocol": "UDP"}]
SERVICE = service("kube-dns", namespace="kube-system", selector=LABELS, clusterIP="10.96.0.10", ports=PORTS)
COREFILE = """.:53 {
    errors
    health {
       lameduck 5s
    }
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
    }
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30
    loop
}
"""


def run(inventory: Inventory) -> list[Finding]:
    return [each for detector in dns.DETECTORS for each in detector(inventory)]


def cluster(*, ready: bool = True, replicas: int = 1, corefile: str = COREFILE) -> str:
    made = deployment("coredns", labels=LABELS, namespace="kube-system", replicas=replicas, port=53)
    made += pod("coredns", labels=LABELS, namespace="kube-system", ready=ready, port=53) if replicas else ""
    return made + SERVICE + config_map("coredns", namespace="kube-system", Corefile=corefile)


def front(**spec: JSON) -> str:
    return app("cart") + app("front", spec, env={"CART_ADDR": "cart:80"})


def test_a_healthy_cluster_yields_nothing() -> None:
    assert run(inventory_of(cluster(), front())) == []


def test_name_servers_that_are_not_ready_or_scaled_to_zero() -> None:
    for manifest in (cluster(ready=False), cluster(replicas=0)):
        (found,) = run(inventory_of(manifest))
        assert found.claims[0].culprit == Ref("Deployment", "kube-system", "coredns")
        assert (causes_of([found]), found.severity) == ({"dns-unavailable"}, Severity.ERROR)


def test_nothing_is_said_when_pods_of_the_system_are_not_known() -> None:
    assert run(inventory_of(cluster(replicas=0), denied=("Pod",))) == []


def test_corefiles_that_cannot_answer() -> None:
    wrong = (
        COREFILE.replace("kubernetes cluster.local in-addr.arpa ip6.arpa", "hosts"),
        COREFILE.replace("cluster.local", "cluster.lokal"),
        COREFILE.replace("/etc/resolv.conf", "10.96.0.10"),
        COREFILE.replace("/etc/resolv.conf", "127.0.0.1"),
        COREFILE.replace("forward . /etc/resolv.conf", "forward ."),
        COREFILE.replace("cache 30", "template ANY ANY svc.cluster.local {\n rcode NXDOMAIN\n }"),
        COREFILE.rstrip().removesuffix("}"),
    )
    for corefile in wrong:
        assert causes_of(run(inventory_of(cluster(corefile=corefile)))) == {"dns-misconfigured"}, corefile


def test_a_cluster_domain_that_the_kubelets_know_is_right() -> None:
    other = COREFILE.replace("cluster.local", "corp.internal")
    kubelet = config_map("kubelet-config", namespace="kube-system", kubelet="clusterDomain: corp.internal\n")
    assert run(inventory_of(cluster(corefile=other), kubelet)) == []


def test_refusing_a_family_of_addresses_is_fine() -> None:
    corefile = COREFILE.replace("cache 30", "template IN AAAA . {\n rcode NXDOMAIN\n }")
    assert run(inventory_of(cluster(corefile=corefile))) == []


def test_a_workload_that_asks_the_nodes_resolver() -> None:
    for manifest in (front(dnsPolicy="Default"), front(hostNetwork=True)):
        (found,) = run(inventory_of(cluster(), manifest))
        assert found.claims[0].cause == "dns-policy-mismatch"
        assert found.claims[0].culprit == Ref("Deployment", "shop", "front")


def test_the_nodes_resolver_is_fine_without_calls_to_services() -> None:
    assert run(inventory_of(cluster(), app("agent", {"dnsPolicy": "Default"}))) == []
    assert run(inventory_of(cluster(), front(hostNetwork=True, dnsPolicy="ClusterFirstWithHostNet"))) == []


def test_own_name_servers_must_include_the_clusters() -> None:
    wrong: JSON = {"nameservers": ["8.8.8.8"], "searches": ["shop.svc.cluster.local"]}
    found = run(inventory_of(cluster(), front(dnsPolicy="None", dnsConfig=wrong)))
    assert causes_of(found) == {"dns-policy-mismatch"}
    right: JSON = {"nameservers": ["10.96.0.10"], "searches": ["shop.svc.cluster.local"]}
    assert run(inventory_of(cluster(), front(dnsPolicy="None", dnsConfig=right))) == []


def test_short_names_need_search_domains() -> None:
    config: JSON = {"nameservers": ["10.96.0.10"]}
    found = run(inventory_of(cluster(), front(dnsPolicy="None", dnsConfig=config)))
    assert [each.rule for each in found] == ["dns/short-names"]


def test_the_only_workload_with_the_nodes_resolver_is_odd() -> None:
    siblings = app("a") + app("b") + app("c")
    (found,) = run(inventory_of(cluster(), siblings, app("odd", {"dnsPolicy": "Default"}, ready=False)))
    assert found.rule == "dns/policy-odd"


def test_a_host_alias_that_shadows_a_service() -> None:
    alias: JSON = [{"ip": "10.9.9.9", "hostnames": ["cart"]}]
    assert causes_of(run(inventory_of(cluster(), front(hostAliases=alias)))) == {"service-address-mismatch"}
