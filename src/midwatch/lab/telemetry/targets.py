"""Which targets are scraped, and whether they answer: the metric `up`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from midwatch.lab.core.env import Env
from midwatch.lab.core.health import Components
from midwatch.lab.core.kinds import NODE, POD, SERVICE
from midwatch.lab.core.metrics import Labels, labels
from midwatch.lab.core.objects import Obj, condition_of, labels_of, name_of, spec, status
from midwatch.lab.core.store import Store
from midwatch.lab.world.disturbances import NodeDown

_CONTROL_PLANE = {
    "apiserver": "kube-apiserver",
    "kube-controller-manager": "kube-controller-manager",
    "kube-scheduler": "kube-scheduler",
}


def powerless_nodes(env: Env) -> frozenset[str]:
    """Nodes without power: nothing on them answers."""
    return frozenset(each.node for each in env.world.disturbances if isinstance(each, NodeDown))


def silent_nodes(env: Env) -> frozenset[str]:
    """Nodes whose kubelet, and with it cAdvisor, cannot be scraped."""
    stopped = {
        name for name in map(name_of, env.store.list(NODE)) if not env.components.running(f"kubelet/{name}")
    }
    return powerless_nodes(env) | stopped


def targets(env: Env) -> Iterator[tuple[str, dict[Labels, float]]]:
    """The family `up`: kubelets, node exporters, CoreDNS, the control plane, kube-state-metrics."""
    silent, powerless = silent_nodes(env), powerless_nodes(env)
    found = {labels(job="kube-state-metrics", instance="kube-state-metrics:8080"): 1.0}
    for each in env.store.list(NODE):
        name, address = name_of(each), _address(each)
        found[labels(job="kubelet", instance=f"{address}:10250", node=name)] = float(name not in silent)
        found[labels(job="node-exporter", instance=f"{address}:9100", node=name)] = float(name not in powerless)
    found |= _control_plane(env.components)
    found |= _coredns(env.store)
    yield "up", found


def _address(node: Obj) -> str:
    addresses: Sequence[Obj] = status(node).get("addresses") or ()
    return next((str(each["address"]) for each in addresses if each["type"] == "InternalIP"), name_of(node))


def _control_plane(components: Components) -> dict[Labels, float]:
    return {
        labels(job=job, instance=f"{job}:443"): float(components.running(part))
        for job, part in _CONTROL_PLANE.items()
    }


def _coredns(store: Store) -> dict[Labels, float]:
    """One target for each pod behind the Service of the DNS; what is not ready does not answer either."""
    service = store.get(SERVICE, "kube-system", "kube-dns")
    selector: dict[str, str] = (spec(service).get("selector") or {}) if service is not None else {}
    found: dict[Labels, float] = {}
    for pod in store.list(POD, "kube-system") if selector else ():
        address = str(status(pod).get("podIP") or "")
        if address and selector.items() <= labels_of(pod).items():
            ready = condition_of(pod, "Ready")
            at = {"instance": f"{address}:9153", "namespace": "kube-system", "pod": name_of(pod)}
            found[labels(job="kube-dns", **at)] = float(ready is not None and ready["status"] == "True")
    return found
