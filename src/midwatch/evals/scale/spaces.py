"""What each application namespace has: identity, network policies, quota, limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from midwatch.evals.scale.plan import App, Plan
from midwatch.evals.synthetic import config, network
from midwatch.evals.synthetic.site import Site
from midwatch.evals.synthetic.values import Obj

_TIER = {"tier": "apps"}


def spaces(plan: Plan, site: Site) -> Iterator[Obj]:
    """Namespaces with what belongs to them as a whole."""
    at = site.created
    apps: dict[str, list[App]] = {}
    for app in plan.apps:
        apps.setdefault(app.namespace, []).append(app)
    for index, name in enumerate(plan.namespaces):
        yield config.namespace(name, at, _TIER)
        yield config.root_ca(name, at)
        yield config.service_account("default", name, at)
        if index % 2 == 0:
            yield from _policies(name, site)
        if index % 3 == 0:
            yield _quota(name, apps.get(name, ()), plan, site)
        if index % 4 == 0:
            limits = {"default": {"memory": "512Mi"}, "defaultRequest": {"cpu": "50m", "memory": "128Mi"}}
            yield config.limit_range("defaults", name, at, **limits)


def _policies(name: str, site: Site) -> Iterator[Obj]:
    """Deny by default; let in the namespace itself, other applications, the doors and the monitoring."""
    at = site.created + timedelta(hours=1)
    everything: Obj = {}
    doors: Obj = {
        "key": "kubernetes.io/metadata.name",
        "operator": "In",
        "values": ["ingress-nginx", "monitoring"],
    }
    peers: list[Obj] = [
        {"podSelector": everything},
        {"namespaceSelector": {"matchLabels": _TIER}},
        {"namespaceSelector": {"matchExpressions": [doors]}},
    ]
    yield network.policy("default-deny", name, created=at, podSelector=everything, policyTypes=["Ingress"])
    yield network.policy(
        "allow-known", name, created=at, podSelector=everything, policyTypes=["Ingress"], ingress=[{"from": peers}]
    )
    dns: Obj = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}
    dns["podSelector"] = {"matchLabels": {"k8s-app": "kube-dns"}}
    ports = [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]
    out: list[Obj] = [{"to": [dns], "ports": ports}, {"to": peers[:2]}]
    yield network.policy("egress", name, created=at, podSelector=everything, policyTypes=["Egress"], egress=out)


def _quota(name: str, apps: Sequence[App], plan: Plan, site: Site) -> Obj:
    stores = [each for each in plan.stores if each.namespace == name]
    cpu = sum(app.cpu * app.replicas for app in apps) + sum(250 * each.replicas for each in stores)
    memory = sum(app.memory * app.replicas for app in apps) + sum(512 * each.replicas for each in stores)
    pods = sum(app.replicas for app in apps) + sum(each.replicas for each in stores)
    used = {"requests.cpu": f"{cpu}m", "requests.memory": f"{memory}Mi", "pods": str(pods)}
    hard = {"requests.cpu": f"{cpu * 2}m", "requests.memory": f"{memory * 2}Mi", "pods": str(pods * 2 + 10)}
    return config.quota("compute", name, hard, used, site.created)
