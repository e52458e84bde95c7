from __future__ import annotations

from midwatch.causes.rank import conclude
from midwatch.detectors import dns
from midwatch.detectors.registry import DETECTORS
from midwatch.domain.finding import Finding, Severity
from midwatch.domain.inventory import Inventory
from midwatch.domain.json import JSON
from midwatch.domain.resource import Ref
from midwatch.knowledge.graph import build_graph
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


def test_a_misspelt_plugin_ends_a_name_server_that_does_not_run() -> None:
    broken = COREFILE.replace("cache 30", "cachee 30")
    found = run(inventory_of(cluster(ready=False, corefile=broken)))
    assert causes_of(found) == {"dns-unavailable", "dns-misconfigured"}
    assert {each.culprit for one in found for each in one.claims} == {Ref("Deployment", "kube-system", "coredns")}
    assert run(inventory_of(cluster(corefile=broken))) == []


def test_a_name_server_asks_the_nodes_resolver_by_design() -> None:
    others = [deployment(name, namespace="kube-system") for name in ("metrics", "dashboard", "autoscaler")]
    server = deployment("resolver", namespace="kube-system", spec={"dnsPolicy": "Default"}, port=53)
    sick = pod("resolver", namespace="kube-system", spec={"dnsPolicy": "Default"}, port=53, ready=False)
    assert "dns-policy-mismatch" not in causes_of(run(inventory_of(*others, server, sick)))


def test_a_name_server_on_the_internet_knows_no_service_even_when_the_clusters_is_not_known() -> None:
    for server, causes in (("8.8.8.8", {"dns-policy-mismatch"}), ("10.9.8.7", set[str]())):
        chosen: JSON = {"nameservers": [server], "searches": ["shop.svc.cluster.local"]}
        found = run(inventory_of(front(dnsPolicy="None", dnsConfig=chosen)))
        assert causes_of(found) == causes, server


def test_name_servers_that_do_not_run_explain_what_fails_everywhere() -> None:
    crashing = pod("front", ready=False).replace(
        '"phase": "Running"',
        '"phase": "Running", "containerStatuses": [{"name": "main", "restartCount": 9, "ready": false, "state": '
        '{"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": {"terminated": {"exitCode": 1, '
        '"finishedAt": "2026-01-01T03:09:00Z"}}}]',
    )
    inventory = inventory_of(cluster(ready=False), deployment("front"), crashing, service("front"))
    told = [each for detector in DETECTORS for each in detector(inventory)]
    concluded = conclude(inventory, build_graph(inventory), told)
    assert (concluded.hypotheses[0].cause, concluded.faults) == ("dns-unavailable", 1)
