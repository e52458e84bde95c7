"""Services, routes, policies and names that lead nowhere."""

from __future__ import annotations

from datetime import timedelta

from cases.builders.world import BORN, NOW, CaseSpec, World, crashed, of
from midwatch.domain.resource import Ref
from midwatch.evals.synthetic import config, network
from midwatch.evals.synthetic.containers import env, http_probe, running
from midwatch.evals.synthetic.values import Obj, part, resource
from midwatch.evals.synthetic.workloads import Revision, deployment


def _errors(w: World, pods: tuple[Obj, ...], name: str, line: str) -> None:
    for each in pods if w.broken else ():
        w.log(each, name, *[f"2026-02-10T09:{minute:02}:07Z ERROR {line}" for minute in range(2, 30, 3)])


def selector(w: World) -> Ref:
    """The pods were relabelled; the Service still asks for the old label."""
    w.app("seatmap", "cinema", 6110, service=False)
    labels = {"app": "seat-map" if w.broken else "seatmap"}
    w.add(network.service("seatmap", "cinema", labels, [network.port(6110, "http")], created=BORN))
    caller = w.app("tickets", "cinema", 6111, env=[env("SEATMAP_URL", "http://seatmap:6110")])
    _errors(w, caller.pods, "tickets", "GET http://seatmap:6110/rows: dial tcp: connect: connection refused")
    return Ref("Service", "cinema", "seatmap")


def target_port(w: World) -> Ref:
    w.app("stock", "bakery", 6120, service=False)
    w.service("stock", "bakery", 80, 6210 if w.broken else 6120)
    caller = w.app("till", "bakery", 6121, env=[env("STOCK_URL", "http://stock")])
    _errors(w, caller.pods, "till", "GET http://stock/flour: dial tcp: connect: connection refused")
    return Ref("Service", "bakery", "stock")


def named_port(w: World) -> Ref:
    """The Service targets a port name that no container has: the slices stay empty."""
    w.app("plans", "gym", 6130, service=False)
    w.service("plans", "gym", 6130, "web" if w.broken else "http")
    w.app("member", "gym", 6131, env=[env("PLANS_ADDR", "plans:6130")])
    return Ref("Service", "gym", "plans")


def protocol(w: World) -> Ref:
    """A TCP server behind a UDP port."""
    w.app("syslog", "logging", 6514, service=False)
    ports = [network.port(6514, 6514, name="syslog", protocol="UDP" if w.broken else "TCP")]
    w.add(network.service("syslog", "logging", {"app": "syslog"}, ports, created=BORN))
    caller = w.app("shipper", "logging", 6515, env=[env("SYSLOG_TARGET", "tcp://syslog:6514")])
    _errors(w, caller.pods, "shipper", "connect tcp://syslog:6514: dial tcp: i/o timeout")
    return Ref("Service", "logging", "syslog")


def address(w: World) -> Ref:
    """A variable names a Service that does not exist (it was renamed long ago)."""
    w.app("profiles", "social", 6140)
    host = "profile" if w.broken else "profiles"
    made = w.app("timeline", "social", 6141, env=[env("PROFILES_URL", f"http://{host}:6140")])
    line = "GET http://profile:6140/u/7: dial tcp: lookup profile on 10.96.0.10:53: no such host"
    _errors(w, made.pods, "timeline", line)
    return of("Deployment", made)


def address_port(w: World) -> Ref:
    w.app("rates", "exchange", 6150)
    port = 6105 if w.broken else 6150
    made = w.app("quote", "exchange", 6151, env=[env("RATES_ADDR", f"rates.exchange.svc.cluster.local:{port}")])
    _errors(w, made.pods, "quote", "rates.exchange.svc.cluster.local:6105: dial tcp: i/o timeout")
    return of("Deployment", made)


def ingress_backend(w: World) -> Ref:
    _ingress_class(w)
    w.app("blog", "press", 6160)
    to = "weblog" if w.broken else "blog"
    w.add(network.ingress("press", "press", "press.example.com", [("/", to, 6160)], created=BORN))
    return Ref("Ingress", "press", "press")


def ingress_port(w: World) -> Ref:
    _ingress_class(w)
    w.app("museum", "tours", 6170)
    number = 8080 if w.broken else 6170
    w.add(network.ingress("tours", "tours", "tours.example.com", [("/", "museum", number)], created=BORN))
    return Ref("Ingress", "tours", "tours")


def ingress_class(w: World) -> Ref:
    """Nobody serves the class `traefik` here; the Ingress got no address."""
    _ingress_class(w)
    w.app("shelter", "pets", 6180)
    cls, at = ("traefik", "") if w.broken else ("nginx", "203.0.113.10")
    w.add(
        network.ingress(
            "pets", "pets", "pets.example.com", [("/", "shelter", 6180)], created=BORN, cls=cls, address=at
        )
    )
    return Ref("Ingress", "pets", "pets")


def ingress_tls(w: World) -> Ref:
    _ingress_class(w)
    w.app("donate", "charity", 6190)
    if not w.broken:
        w.add(config.secret("charity-tls", "charity", ["tls.crt", "tls.key"], BORN, "kubernetes.io/tls"))
    name = "charity-tls"
    paths = [("/", "donate", 6190)]
    w.add(network.ingress("charity", "charity", "give.example.com", paths, created=BORN, secret=name))
    return Ref("Ingress", "charity", "charity")


def _ingress_class(w: World) -> None:
    w.add(
        resource(
            "networking.k8s.io/v1",
            "IngressClass",
            "nginx",
            created=BORN,
            spec={"controller": "k8s.io/ingress-nginx"},
        )
    )


def policy(w: World) -> Ref:
    """A default-deny was added; the rule that lets the callers in names the wrong label."""
    w.app("wallet", "bank", 6200)
    caller = w.app("teller", "bank", 6201, env=[env("WALLET_URL", "http://wallet:6200")])
    peer = {"podSelector": {"matchLabels": {"app": "tellers" if w.broken else "teller"}}}
    w.add(
        network.policy(
            "wallet-in",
            "bank",
            created=NOW - timedelta(minutes=50),
            podSelector={"matchLabels": {"app": "wallet"}},
            policyTypes=["Ingress"],
            ingress=[{"from": [peer], "ports": [{"protocol": "TCP", "port": 6200}]}],
        )
    )
    _errors(w, caller.pods, "teller", "GET http://wallet:6200/balance: dial tcp: i/o timeout")
    return Ref("NetworkPolicy", "bank", "wallet-in")


def external_name(w: World) -> Ref:
    """An ExternalName that is an address."""
    w.space("weather")
    name = "http://api.weather.example.net/" if w.broken else "api.weather.example.net"
    w.add(
        network.service(
            "upstream",
            "weather",
            None,
            [network.port(443, name="https")],
            created=BORN,
            type="ExternalName",
            externalName=name,
        )
    )
    caller = w.app("umbrella", "weather", 6211, env=[env("UPSTREAM_URL", "https://upstream:443")])
    _errors(w, caller.pods, "umbrella", "dial tcp: lookup upstream on 10.96.0.10:53: no such host")
    return Ref("Service", "weather", "upstream")


def load_balancer(w: World) -> Ref:
    """No controller gives this cluster addresses."""
    w.app("vpn", "network", 6220, service=False)
    status: Obj = {"loadBalancer": {} if w.broken else {"ingress": [{"ip": "203.0.113.40", "ipMode": "VIP"}]}}
    ports = [network.port(443, "http", name="https") | {"nodePort": 31443}]
    w.add(
        network.service(
            "vpn",
            "network",
            {"app": "vpn"},
            ports,
            created=NOW - timedelta(hours=2),
            status=status,
            type="LoadBalancer",
            externalTrafficPolicy="Cluster",
        )
    )
    return Ref("Service", "network", "vpn")


def dns_down(w: World) -> Ref:
    """CoreDNS cannot read its Corefile; every application that looks up a name suffers."""
    if w.broken:
        text = ".:53 {\n    errors\n    health\n    readdy\n    kubernetes cluster.local\n}\n"
        w.add(config.config_map("coredns", "kube-system", {"Corefile": text}, BORN))
        _coredns_down(w)
    caller = w.app("mailer", "postal", 6231, env=[env("QUEUE_URL", "amqp://queue:5672")])
    w.app("queue", "postal", 5672)
    _errors(w, caller.pods, "mailer", "dial tcp: lookup queue on 10.96.0.10:53: read udp: connection refused")
    return Ref("Deployment", "kube-system", "coredns")


def _coredns_down(w: World) -> None:
    """The pods of the baseline, crash-looping since they were restarted with the new Corefile."""
    base = w.base("Deployment", "kube-system", "coredns")
    labels = {"k8s-app": "kube-dns"}
    lives = tuple(w.site.life(w.worker(i), BORN, crashed("coredns", 1, lasted=1)) for i in range(2))
    made = deployment(
        "coredns",
        "kube-system",
        [Revision(part(base, "spec", "template"), BORN, lives)],
        replicas=2,
        created=BORN,
        selector=labels,
    )
    w.add(*made.objects, w.base("Service", "kube-system", "kube-dns"))
    for each in made.pods:
        line = "/etc/coredns/Corefile:4 - Error during parsing: Unknown directive 'readdy'"
        w.log(each, "coredns", line)
        w.log(each, "coredns", line, previous=True)
        w.warn_all([each], "BackOff", "Back-off restarting failed container coredns in pod {pod}", count=104)


def consequence(w: World) -> Ref:
    """Three tiers: the store's Service is wrong, so the API is not ready, so the web is not ready."""
    w.app("store", "garden", 6240, service=False)
    labels = {"app": "store", "tier": "db"} if w.broken else {"app": "store"}
    w.add(network.service("store", "garden", labels, [network.port(6240, "http")], created=BORN))
    since = timedelta(minutes=44)
    for name, port, to in (("plants-api", 6241, "store:6240"), ("plants-web", 6242, "plants-api:6241")):
        run = running(NOW - since, ready=False) if w.broken else None
        fields: Obj = {"readinessProbe": http_probe("/ready", "http")}
        made = w.app(
            name,
            "garden",
            port,
            run=run,
            env=[env("BACKEND_URL", f"http://{to}")],
            fields=fields,
            age=since if w.broken else None,
        )
        for each in made.pods if w.broken else ():
            told = "Readiness probe failed: HTTP probe failed with statuscode: 503"
            w.warn(each, "Unhealthy", told, count=264, container=name, since=since)
        _errors(w, made.pods, name, f"backend http://{to} not reachable: connect: connection refused")
    return Ref("Service", "garden", "store")


CASES = (
    CaseSpec("service-selector-mismatch", "service-selector-mismatch", "The selector matches no pod", selector),
    CaseSpec(
        "service-target-port-mismatch",
        "service-target-port-mismatch",
        "Nobody listens on the target port",
        target_port,
    ),
    CaseSpec(
        "service-target-port-unnamed",
        "service-target-port-mismatch",
        "No container port has that name",
        named_port,
    ),
    CaseSpec("service-protocol-mismatch", "service-protocol-mismatch", "UDP before a TCP server", protocol),
    CaseSpec(
        "service-address-mismatch",
        "service-address-mismatch",
        "A variable names no Service",
        address,
        accept=("service-missing",),
    ),
    CaseSpec(
        "service-address-port-mismatch",
        "service-address-port-mismatch",
        "A variable names a wrong port",
        address_port,
    ),
    CaseSpec("ingress-backend-missing", "ingress-backend-missing", "An Ingress to no Service", ingress_backend),
    CaseSpec(
        "ingress-backend-port-mismatch", "ingress-backend-port-mismatch", "An Ingress to no port", ingress_port
    ),
    CaseSpec("ingress-class-missing", "ingress-class-missing", "Nobody serves the class", ingress_class),
    CaseSpec(
        "ingress-tls-secret-missing", "ingress-tls-secret-missing", "The certificate is not there", ingress_tls
    ),
    CaseSpec("network-policy-blocks", "network-policy-blocks", "A policy keeps the caller out", policy),
    CaseSpec("external-name-invalid", "external-name-invalid", "An external name with a scheme", external_name),
    CaseSpec("load-balancer-pending", "load-balancer-pending", "No load balancer came", load_balancer),
    CaseSpec(
        "dns-unavailable",
        "dns-misconfigured",
        "CoreDNS refuses its Corefile",
        dns_down,
        accept=("dns-unavailable",),
    ),
    CaseSpec(
        "service-selector-mismatch-three-tiers",
        "service-selector-mismatch",
        "The fault is two hops away",
        consequence,
    ),
)
