"""A healthy cluster without applications: nodes, control plane, DNS, network, storage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from midwatch.evals.synthetic import config, network
from midwatch.evals.synthetic.containers import container, http_probe
from midwatch.evals.synthetic.nodes import csi_node, leader_lease, node, node_lease
from midwatch.evals.synthetic.pods import Life, Place, admitted, pod, template
from midwatch.evals.synthetic.sets import daemon_set
from midwatch.evals.synthetic.site import Site
from midwatch.evals.synthetic.storage import DRIVER, storage_class
from midwatch.evals.synthetic.values import Obj, owner_of, resource
from midwatch.evals.synthetic.workloads import Admit, Revision, as_is, deployment
from midwatch.lab.network import corefile

_SPACES = ("default", "kube-system", "kube-public", "kube-node-lease", "monitoring")
_CRITICAL: Mapping[str, object] = {"priorityClassName": "system-node-critical", "priority": 2_000_001_000}
_CLUSTER: Mapping[str, object] = {"priorityClassName": "system-cluster-critical", "priority": 2_000_000_000}
_EVERYWHERE = [{"operator": "Exists"}]
_MASTERS = [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]


def system(site: Site) -> list[Obj]:
    """Everything that a cluster has before anybody deploys to it, but for endpoints (see `network.settle`)."""
    found = [*_machines(site), *_spaces(site), *_control_plane(site), *_daemons(site)]
    found += [*_dns(site), *_metrics(site), *_storage(site), *_rights(site)]
    return found + network.api_service(site.created, [each.ip for each in site.places[: site.masters]])


def admission(site: Site) -> Admit:
    """How templates are completed in this cluster."""
    return as_is if site.lean else admitted


def _machines(site: Site) -> Iterator[Obj]:
    for index, place in enumerate(site.places):
        master = index < site.masters
        yield node(
            place, now=site.now, created=site.created, cidr=site.cidr(index), control_plane=master,
            cpu=4 if master else 16, memory_gib=16 if master else 64,
        )  # fmt: skip
        yield node_lease(place, site.now - timedelta(seconds=1 + index % 9), site.created)
        yield csi_node(place, site.created)
    for component in ("kube-controller-manager", "kube-scheduler"):
        yield leader_lease(component, site.places[0], site.now - timedelta(seconds=1), site.created)


def _spaces(site: Site) -> Iterator[Obj]:
    for name in _SPACES:
        yield config.namespace(name, site.created)
        yield config.root_ca(name, site.created)
        yield config.service_account("default", name, site.created)
    for name, value in (("system-node-critical", 2_000_001_000), ("system-cluster-critical", 2_000_000_000)):
        yield resource(
            "scheduling.k8s.io/v1", "PriorityClass", name, created=site.created, value=value,
            globalDefault=False, preemptionPolicy="PreemptLowerPriority",
        )  # fmt: skip


_COMPONENTS: Mapping[str, tuple[str, int, str]] = {
    "etcd": ("registry.k8s.io/etcd:3.5.16-0", 2381, "/readyz"),
    "kube-apiserver": ("registry.k8s.io/kube-apiserver:v1.32.4", 6443, "/readyz"),
    "kube-controller-manager": ("registry.k8s.io/kube-controller-manager:v1.32.4", 10257, "/healthz"),
    "kube-scheduler": ("registry.k8s.io/kube-scheduler:v1.32.4", 10259, "/healthz"),
}


def _control_plane(site: Site) -> Iterator[Obj]:
    """Mirror pods of the static pods on each control plane node."""
    for place in site.places[: site.masters]:
        owner: Obj = owner_of(node(place, now=site.now, created=site.created, cidr=""))
        del owner["blockOwnerDeletion"]
        for name, (image, port, path) in _COMPONENTS.items():
            probe = http_probe(path, port, periodSeconds=10, failureThreshold=8)
            each = container(
                name, image, requests={"cpu": "100m"}, command=[name], livenessProbe=probe, readinessProbe=probe
            )
            labels = {"component": name, "tier": "control-plane"}
            found = template(
                labels, [each], hostNetwork=True, tolerations=[{"operator": "Exists", "effect": "NoExecute"}],
                annotations={"kubernetes.io/config.source": "file"}, extra=_CRITICAL,
            )  # fmt: skip
            yield pod(found, f"{name}-{place.name}", "kube-system", _old(site, place, host=True), owner=owner)


def _old(site: Site, place: Place, *, host: bool = False) -> Life:
    return site.life(place, site.created + timedelta(minutes=3), host=host)


def _daemons(site: Site) -> Iterator[Obj]:
    names = (
        ("cilium", "kube-system", "quay.io/cilium/cilium:v1.17.3", 9879, "100m", "256Mi", True),
        ("kube-proxy", "kube-system", "registry.k8s.io/kube-proxy:v1.32.4", 10256, "50m", "64Mi", True),
        ("csi-disk-node", "kube-system", "registry.k8s.io/sig-storage/csi-disk:v1.9.0", 9808, "20m", "64Mi", True),
        ("node-exporter", "monitoring", "quay.io/prometheus/node-exporter:v1.9.1", 9100, "20m", "32Mi", True),
    )
    for name, space, image, port, cpu, memory, host in names:
        path = "/" if name == "node-exporter" else "/healthz"
        each = container(
            name,
            image,
            ports={"metrics": port},
            requests={"cpu": cpu, "memory": memory},
            readinessProbe=http_probe(path, port),
        )
        found = template(
            {"app": name}, [each], account=name, hostNetwork=host, tolerations=_EVERYWHERE, extra=_CRITICAL
        )
        lives = [_old(site, place, host=host) for place in site.places]
        yield config.service_account(name, space, site.created)
        yield from daemon_set(name, space, found, lives, created=site.created, admit=admission(site))


def _dns(site: Site) -> Iterator[Obj]:
    each = container(
        "coredns",
        "registry.k8s.io/coredns/coredns:v1.11.3",
        ports={"dns": 53, "dns-tcp": 53, "metrics": 9153},
        requests={"cpu": "100m", "memory": "70Mi"},
        limits={"memory": "170Mi"},
        args=["-conf", "/etc/coredns/Corefile"],
        volumeMounts=[{"name": "config-volume", "mountPath": "/etc/coredns", "readOnly": True}],
        livenessProbe=http_probe("/health", 8080, initialDelaySeconds=60, timeoutSeconds=5, failureThreshold=5),
        readinessProbe=http_probe("/ready", 8181),
    )
    volume = {"name": "config-volume", "configMap": {
        "name": "coredns", "items": [{"key": "Corefile", "path": "Corefile"}], "defaultMode": 420}}  # fmt: skip
    labels = {"k8s-app": "kube-dns"}
    found = template(
        labels,
        [each],
        account="coredns",
        volumes=[volume],
        tolerations=_MASTERS,
        dnsPolicy="Default",
        extra=_CLUSTER,
    )
    lives = tuple(_old(site, place) for place in site.workers[: max(2, len(site.workers) // 40)])
    yield config.service_account("coredns", "kube-system", site.created)
    yield config.config_map("coredns", "kube-system", {"Corefile": corefile.DEFAULT}, site.created)
    yield from deployment(
        "coredns", "kube-system", [Revision(found, site.created, lives)], replicas=len(lives),
        created=site.created, selector=labels, admit=admission(site),
    ).objects  # fmt: skip
    ports = [
        network.port(53, name="dns", protocol="UDP"),
        network.port(53, name="dns-tcp"),
        network.port(9153, name="metrics"),
    ]
    yield network.service("kube-dns", "kube-system", labels, ports, created=site.created, ip="10.96.0.10")


def _simple(site: Site, name: str, image: str, port: int, path: str) -> Iterator[Obj]:
    each = container(
        name,
        image,
        ports={"https": port},
        requests={"cpu": "100m", "memory": "200Mi"},
        readinessProbe=http_probe(path, "https"),
    )
    found = template({"app": name}, [each], account=name, extra=_CLUSTER)
    lives = (_old(site, site.workers[-1]),)
    yield config.service_account(name, "kube-system", site.created)
    yield from deployment(
        name, "kube-system", [Revision(found, site.created, lives)], replicas=1, created=site.created,
        admit=admission(site),
    ).objects  # fmt: skip


def _metrics(site: Site) -> Iterator[Obj]:
    image = "registry.k8s.io/metrics-server/metrics-server:v0.7.2"
    yield from _simple(site, "metrics-server", image, 10250, "/readyz")
    ports = [network.port(443, "https", name="https")]
    yield network.service("metrics-server", "kube-system", {"app": "metrics-server"}, ports, created=site.created)
    for group, version, service in (
        ("", "v1", None),
        ("apps", "v1", None),
        ("batch", "v1", None),
        ("metrics.k8s.io", "v1beta1", {"name": "metrics-server", "namespace": "kube-system", "port": 443}),
    ):
        spec: Obj = {"group": group, "version": version, "groupPriorityMinimum": 100, "versionPriority": 100}
        reason, message = (
            ("Passed", "all checks passed") if service else ("Local", "Local APIServices are always available")
        )
        available: Obj = {"type": "Available", "status": "True", "reason": reason, "message": message}
        yield resource(
            "apiregistration.k8s.io/v1", "APIService", f"{version}.{group}", created=site.created,
            spec=spec | ({"service": service} if service else {}), status={"conditions": [available]},
        )  # fmt: skip


def _storage(site: Site) -> Iterator[Obj]:
    image = "registry.k8s.io/sig-storage/csi-disk:v1.9.0"
    yield from _simple(site, "csi-disk-controller", image, 9809, "/healthz")
    yield storage_class(site.created)
    spec: Obj = {"attachRequired": True, "podInfoOnMount": False, "volumeLifecycleModes": ["Persistent"]}
    yield resource("storage.k8s.io/v1", "CSIDriver", DRIVER, created=site.created, spec=spec)


def _rights(site: Site) -> Iterator[Obj]:
    read, at = ["get", "list", "watch"], site.created
    roles: Mapping[str, list[Obj]] = {
        "coredns": [
            config.rule(["endpoints", "services", "pods", "namespaces"], ["list", "watch"]),
            config.rule(["endpointslices"], ["list", "watch"], "discovery.k8s.io"),
        ],
        "cilium": [
            config.rule(["nodes", "pods", "services", "namespaces"], read),
            config.rule(["networkpolicies"], read, "networking.k8s.io"),
        ],
        "kube-proxy": [
            config.rule(["nodes", "services"], read),
            config.rule(["endpointslices"], read, "discovery.k8s.io"),
        ],
        "metrics-server": [config.rule(["nodes", "pods", "nodes/metrics"], read)],
        "csi-disk-controller": [config.rule(["persistentvolumes", "persistentvolumeclaims"], read)],
        "csi-disk-node": [config.rule(["nodes"], ["get"])],
    }
    for name, rules in roles.items():
        yield config.role(f"system:{name}", "", rules, at)
        yield config.binding(f"system:{name}", "", f"system:{name}", name, at, home="kube-system")
    yield config.role("cluster-admin", "", [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}], at)
    for name in ("view", "edit"):
        yield config.role(name, "", [config.rule(["pods", "configmaps", "services"], read)], at)
