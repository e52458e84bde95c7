"""The door into a cluster: an ingress controller behind a load balancer."""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.evals.synthetic import config, network
from midwatch.evals.synthetic.containers import container, http_probe
from midwatch.evals.synthetic.pods import template
from midwatch.evals.synthetic.site import Site
from midwatch.evals.synthetic.system import admission
from midwatch.evals.synthetic.values import Obj, resource
from midwatch.evals.synthetic.workloads import Revision, Rollout, deployment


def door(site: Site, replicas: int) -> Iterator[Obj]:
    """The ingress controller behind a load balancer."""
    space, at, labels = "ingress-nginx", site.created, {"app": "ingress-nginx-controller"}
    yield config.namespace(space, at)
    yield config.root_ca(space, at)
    for account in ("default", "ingress-nginx"):
        yield config.service_account(account, space, at)
    yield from _door_rollout(site, labels, replicas).objects
    ports = [network.port(80, "http"), network.port(443, "https", name="https")]
    status: Obj = {"loadBalancer": {"ingress": [{"ip": "203.0.113.10", "ipMode": "VIP"}]}}
    yield network.service(
        "ingress-nginx-controller", space, labels, ports, created=at, status=status, type="LoadBalancer",
        externalTrafficPolicy="Cluster", allocateLoadBalancerNodePorts=True,
    )  # fmt: skip
    spec: Obj = {"controller": "k8s.io/ingress-nginx"}
    yield resource("networking.k8s.io/v1", "IngressClass", "nginx", created=at, spec=spec)
    read = ["get", "list", "watch"]
    rules = [
        config.rule(["services", "secrets", "configmaps"], read),
        config.rule(["ingresses"], read, "networking.k8s.io"),
    ]
    yield config.role("ingress-nginx", "", rules, at)
    yield config.binding("ingress-nginx", "", "ingress-nginx", "ingress-nginx", at, home=space)


def _door_rollout(site: Site, labels: dict[str, str], replicas: int) -> Rollout:
    each = container(
        "controller", "registry.k8s.io/ingress-nginx/controller:v1.12.1", ports={"http": 80, "https": 443},
        requests={"cpu": "100m", "memory": "90Mi"}, readinessProbe=http_probe("/healthz", 10254),
        livenessProbe=http_probe("/healthz", 10254, failureThreshold=5),
    )  # fmt: skip
    lives = tuple(site.life(site.workers[i % len(site.workers)], site.created) for i in range(replicas))
    found = Revision(template(labels, [each], account="ingress-nginx"), site.created, lives)
    return deployment(
        "ingress-nginx-controller",
        "ingress-nginx",
        [found],
        replicas=replicas,
        created=site.created,
        admit=admission(site),
    )
