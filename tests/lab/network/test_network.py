from __future__ import annotations

from midwatch.domain.resource import Ref
from midwatch.lab.core.kinds import CONFIG_MAP, SERVICE
from midwatch.lab.core.runtime import Phase, Process
from midwatch.lab.network.connection import Failure
from midwatch.lab.network.corefile import DEFAULT
from midwatch.lab.world.disturbances import NetworkDelay, NetworkLoss, NodeDown
from midwatch.lab.world.world import Client, External, World
from tests.lab.network.bench import Bench


def reach(bench: Bench, source: Process, address: str) -> tuple[Failure | None, str]:
    found = bench.network.connect(source, address)
    return found.failure, found.process.pod if found.process else ""


def test_a_service_name_leads_to_a_ready_endpoint_by_short_and_full_name():
    bench = Bench()
    web, client = bench.pod("web"), bench.pod("client")
    bench.service("web", [web])
    for address in ("http://web/items", "web.shop:80", "http://web.shop.svc.cluster.local:80"):
        assert reach(bench, client, address) == (None, "web")
    assert bench.network.connect(client, "web:81").failure is Failure.TIMEOUT


def test_unknown_names_and_malformed_addresses_fail_as_go_words_it():
    bench = Bench()
    client = bench.pod("client")
    found = bench.network.connect(client, "http://wbe:80/")
    assert found.failure is Failure.NO_SUCH_HOST
    assert found.detail == "wbe on 10.96.0.10:53: no such host"
    assert bench.network.connect(client, "web").detail == "address web: missing port in address"
    assert bench.network.connect(client, ":80").failure is Failure.BAD_ADDRESS


def test_without_ready_endpoints_or_a_listener_connections_are_refused():
    bench = Bench()
    web, client = bench.pod("web"), bench.pod("client")
    bench.service("web", [])
    assert reach(bench, client, "web:80")[0] is Failure.REFUSED
    bench.set_endpoints("web", [web])
    assert reach(bench, client, "web:80") == (None, "web")
    web.listening = frozenset({9090})
    assert reach(bench, client, "web:80")[0] is Failure.REFUSED
    web.listening, web.phase = frozenset({8080}), Phase.STARTING
    assert reach(bench, client, "web:80")[0] is Failure.REFUSED


def test_when_no_dns_server_answers_names_fail_but_addresses_work():
    bench = Bench()
    web, client = bench.pod("web"), bench.pod("client")
    ip = bench.service("web", [web])
    bench.dns[0].phase = Phase.EXITED
    found = bench.network.connect(client, "web:80")
    assert found.failure is Failure.DNS_FAILURE
    assert found.detail.endswith("->10.96.0.10:53: read: connection refused")
    assert reach(bench, client, f"{ip}:80") == (None, "web")
    bench.dns[0].phase = Phase.RUNNING
    assert reach(bench, client, "web:80") == (None, "web")


def test_the_corefile_decides_what_names_resolve():
    world = World(externals={"api.example": External("api.example", "203.0.113.5")})
    bench = Bench(world)
    web, client = bench.pod("web"), bench.pod("client")
    bench.service("web", [web])

    def configure(text: str) -> None:
        body = {"data": {"Corefile": text}}
        old = bench.env.store.get(CONFIG_MAP, "kube-system", "coredns")
        if old is None:
            bench.add(CONFIG_MAP, "kube-system", "coredns", **body)
        else:
            bench.env.store.replace(CONFIG_MAP, {**old, **body})

    configure(DEFAULT)
    assert reach(bench, client, "web:80")[0] is None
    assert bench.network.connect(client, "https://api.example/v1").external == "api.example"
    configure(DEFAULT.replace("cluster.local", "cluster.example"))
    assert reach(bench, client, "web:80")[0] is Failure.NO_SUCH_HOST
    configure(DEFAULT.replace("/etc/resolv.conf", "10.255.255.1"))
    assert reach(bench, client, "web:80")[0] is None
    assert reach(bench, client, "https://api.example")[0] is Failure.DNS_FAILURE
    template = "template ANY ANY shop.svc.cluster.local {\n rcode NXDOMAIN\n }\n    cache 30"
    configure(DEFAULT.replace("cache 30", template))
    assert reach(bench, client, "web:80")[0] is Failure.NO_SUCH_HOST
    configure(DEFAULT.replace("forward", "forwrd"))
    assert reach(bench, client, "web:80")[0] is Failure.NO_SUCH_HOST, "the last good file stays in force"


def test_the_dns_policy_of_a_pod_decides_which_names_it_knows():
    bench = Bench()
    bench.service("web", [bench.pod("web")])
    outer = bench.pod("outer", dnsPolicy="Default")
    host = bench.pod("host", hostNetwork=True)
    both = bench.pod("both", hostNetwork=True, dnsPolicy="ClusterFirstWithHostNet")
    assert reach(bench, outer, "web.shop.svc.cluster.local:80")[0] is Failure.NO_SUCH_HOST
    assert reach(bench, host, "web:80")[0] is Failure.NO_SUCH_HOST
    assert reach(bench, both, "web:80") == (None, "web")


def test_a_default_deny_policy_blocks_dns_too_until_rules_allow_what_is_needed():
    bench = Bench()
    web, client = bench.pod("web"), bench.pod("client")
    ip = bench.service("web", [web])
    bench.policy("deny", podSelector={"matchLabels": {"app": "client"}}, policyTypes=["Egress"])
    found = bench.network.connect(client, "web:80")
    assert found.failure is Failure.DNS_TIMEOUT
    assert found.detail.endswith("i/o timeout")
    assert reach(bench, client, f"{ip}:80")[0] is Failure.TIMEOUT
    space = {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}
    to_dns = {"to": [{"namespaceSelector": space}], "ports": [{"protocol": "UDP", "port": 53}]}
    to_web = {"to": [{"podSelector": {"matchLabels": {"app": "web"}}}], "ports": [{"port": "p8080"}]}
    bench.policy("allow", policyTypes=["Egress"], egress=[to_dns, to_web])
    assert reach(bench, client, "web:80") == (None, "web")


def test_ingress_rules_of_a_policy_see_the_port_behind_the_service():
    bench = Bench()
    web, client, other = bench.pod("web"), bench.pod("client"), bench.pod("other")
    bench.service("web", [web])
    only = {"from": [{"podSelector": {"matchLabels": {"app": "client"}}}], "ports": [{"port": 8080}]}
    bench.policy("only", podSelector={"matchLabels": {"app": "web"}}, ingress=[only])
    assert reach(bench, client, "web:80") == (None, "web")
    assert reach(bench, other, "web:80")[0] is Failure.TIMEOUT


def test_a_stopped_kube_proxy_keeps_the_endpoints_it_knew():
    bench = Bench()
    old, new = bench.pod("web-1"), bench.pod("web-2")
    client, other = bench.pod("client"), bench.pod("other", node="node-2")
    bench.service("web", [old])
    bench.env.components.stop("kube-proxy/node-1")
    bench.set_endpoints("web", [new])
    old.phase = Phase.EXITED
    assert reach(bench, client, "web:80")[0] is Failure.REFUSED
    assert reach(bench, other, "web:80") == (None, "web-2")
    bench.env.components.start("kube-proxy/node-1")
    assert reach(bench, client, "web:80") == (None, "web-2")


def test_headless_services_named_pods_and_external_names_resolve():
    world = World(externals={"db.example": External("db.example", "203.0.113.9", (5432,))})
    bench = Bench(world)
    pods = [bench.pod(f"db-{each}") for each in range(2)]
    client = bench.pod("client")
    bench.service("db", pods, ip="None", ports=[{"name": "sql", "port": 8080}])
    bench.add(SERVICE, "shop", "outer", spec={"type": "ExternalName", "externalName": "db.example"})
    assert {each.process.pod for each in bench.network.paths(client, "db:8080") if each.process} == {
        "db-0",
        "db-1",
    }
    assert reach(bench, client, "db-1.db:8080") == (None, "db-1")
    assert bench.network.connect(client, "outer:5432").external == "db.example"
    assert reach(bench, client, "outer:5433")[0] is Failure.TIMEOUT


def test_delay_loss_and_dead_nodes_hit_whom_they_are_meant_for():
    bench = Bench()
    web = bench.pod("web", node="node-2", owner=("StatefulSet", "web"))
    client, near = bench.pod("client"), bench.pod("near", node="node-2")
    bench.service("web", [web])
    delay = NetworkDelay(Ref("StatefulSet", "shop", "web"), 0.3)
    bench.env.world.disturb(delay)
    assert bench.network.connect(client, "web:80").seconds > 0.3
    bench.env.world.calm(delay)
    assert bench.network.connect(client, "web:80").seconds < 0.01
    bench.env.world.disturb(NetworkLoss(Ref("Node", "", "node-2"), 1.0))
    ip = bench.network.resolve(near, "10.244.9.9").addresses[0]
    assert ip == "10.244.9.9"
    assert bench.network.connect(client, f"{web.ip}:8080").failure is Failure.TIMEOUT
    assert bench.network.connect(near, f"{web.ip}:8080").failure is None
    bench.env.world.disturb(NodeDown("node-2"))
    assert bench.network.connect(near, f"{web.ip}:8080").failure is Failure.TIMEOUT


def test_an_ingress_leads_to_its_backend_and_answers_503_404_and_with_a_fake_certificate():
    bench = Bench()
    web = bench.pod("web")
    bench.service("web", [web])
    controller = bench.ingress_controller()
    bench.ingress("shop.example", "web")

    def ask(url: str) -> tuple[Failure | None, str, str]:
        found = bench.network.client_paths(Client("users", url))[0]
        return found.failure, found.via.pod if found.via else "", found.process.pod if found.process else ""

    assert ask("http://shop.example/") == (None, "controller", "web")
    assert ask("https://shop.example/")[0] is Failure.TLS
    bench.ingress("gone.example", "nothing")
    assert ask("http://gone.example/")[0] is Failure.UNAVAILABLE
    bench.set_endpoints("web", [])
    assert ask("http://shop.example/")[0] is Failure.UNAVAILABLE
    controller.phase = Phase.EXITED
    assert ask("http://shop.example/")[0] is Failure.REFUSED


def test_probes_from_the_node_pass_policies_and_see_listeners_only():
    bench = Bench()
    web = bench.pod("web")
    bench.policy("deny", policyTypes=["Ingress"])
    assert bench.network.from_node("node-1", web.ip, 8080).failure is None
    assert bench.network.from_node("node-1", web.ip, 8081).failure is Failure.REFUSED
    assert bench.network.from_node("node-1", "10.244.7.7", 8081).failure is Failure.NO_ROUTE
