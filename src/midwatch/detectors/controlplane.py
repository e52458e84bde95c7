"""controlplane: whether what moves the cluster (scheduler, controllers, API server, etcd) works."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from midwatch.detectors import _control_symptoms
from midwatch.detectors._ages import newest, older_than, seconds_between, spell
from midwatch.detectors._components import COMPONENTS, component_home, component_of
from midwatch.detectors.common import MAX_FACTS, condition, fact, is_finished, refs
from midwatch.domain.finding import Claim, Fact, Finding, Severity
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.access import APIService, ServiceReference
from midwatch.domain.kube.cluster import Lease, Node
from midwatch.domain.kube.meta import Condition
from midwatch.domain.kube.networking import Service
from midwatch.domain.kube.pods import Pod
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_PATIENCE = 90
_LEASE_LIMIT = 60
"""Seconds without renewal after which a leader is gone: four times the lease of 15 s that all of them use."""


def component_pods(inventory: Inventory) -> Iterator[Finding]:
    """Pods of control plane components that are not ready. Source: kubeadm's labels `tier` and `component`."""
    groups: dict[str, list[Pod]] = defaultdict(list)
    for pod in inventory.all(Pod):
        name = component_of(pod)
        if name and not is_finished(pod):
            groups[name].append(pod)
    for name, pods in groups.items():
        failing = [each for each in pods if _fails(inventory, each)]
        for pod in failing:
            yield _pod_finding(name, pod, alone=len(failing) == len(pods))


def _fails(inventory: Inventory, pod: Pod) -> bool:
    ready = condition(pod.status.conditions, "Ready")
    if ready is None or ready.status == "True":
        return False
    if any(each.restart_count > 0 for each in pod.status.container_statuses):
        return True
    return older_than(inventory, ready.last_transition_time, _PATIENCE, unknown=True)


def _pod_finding(name: str, pod: Pod, *, alone: bool) -> Finding:
    culprit = Ref("Node", "", pod.spec.node_name) if pod.spec.node_name else pod.ref
    return Finding(
        "controlplane/component-not-ready",
        pod.ref,
        Text(
            f"{name} (pod {pod.namespace}/{pod.name}) is not ready"
            + ("" if alone else "; other instances of it are"),
            f"{name}(Pod {pod.namespace}/{pod.name})未就绪" + ("" if alone else ";其他实例正常"),
        ),
        Severity.ERROR if alone else Severity.WARNING,
        claims=(Claim(COMPONENTS[name], culprit, 0.9 if alone else 0.5),),
        facts=tuple(_container_facts(pod))[:MAX_FACTS],
        affected=(pod.ref,),
    )


def _container_facts(pod: Pod) -> Iterator[Fact]:
    ready = condition(pod.status.conditions, "Ready")
    if ready is not None:
        yield fact(pod, ".status.conditions[Ready]", f"{ready.status} {ready.message}", ready.last_transition_time)
    for each in pod.status.container_statuses:
        waiting, ended = each.state.waiting, each.state.terminated or each.last_state.terminated
        if waiting is not None or ended is not None:
            said = f"{waiting.reason} {waiting.message}" if waiting else ""
            last = f" last exit {ended.exit_code} {ended.reason} {ended.message}" if ended else ""
            yield fact(pod, f".status.containerStatuses[{each.name}]", f"{said}{last}".strip())


_LEASES = ("kube-scheduler", "kube-controller-manager", "cloud-controller-manager")


def leader_leases(inventory: Inventory) -> Iterator[Finding]:
    """Leader leases that nobody renews while others are renewed. Source: client-go/tools/leaderelection.

    A component that stops cleanly empties the holder of its lease.
    """
    reference = newest(each.spec.renew_time for each in inventory.all(Lease))
    for name in _LEASES:
        lease = inventory.get(Lease, "kube-system", name)
        if lease is None or lease.spec.renew_time is None or reference is None:
            continue
        silent = seconds_between(reference, lease.spec.renew_time)
        if silent > max(_LEASE_LIMIT, 4 * (lease.spec.lease_duration_seconds or 0)):
            yield _lease_finding(inventory, lease, silent)


def _lease_finding(inventory: Inventory, lease: Lease, silent: float) -> Finding:
    culprit = _leader(inventory, lease)
    holder = lease.spec.holder_identity or "nobody"
    return Finding(
        "controlplane/leader-lease-stale",
        lease.ref,
        Text(
            f"The leader lease of {lease.name} (held by {holder}) has not been renewed for {spell(silent)} "
            "while other leases have",
            f"{lease.name} 的选主租约(持有者 {holder})已有 {spell(silent)} 未续期,而其他租约仍在续期",
        ),
        Severity.ERROR,
        claims=(Claim(COMPONENTS[lease.name], culprit, 0.85), Claim("leader-election-lost", culprit, 0.4)),
        facts=(fact(lease, ".spec.renewTime", lease.spec.renew_time, lease.spec.renew_time),),
        since=lease.spec.renew_time,
    )


def _leader(inventory: Inventory, lease: Lease) -> Ref:
    """The node of the last holder (`<node>_<uuid>`), else where the component can run."""
    name = (lease.spec.holder_identity or "").rpartition("_")[0]
    if name and inventory.get(Node, "", name) is not None:
        return Ref("Node", "", name)
    return component_home(inventory, lease.name) or lease.ref


def api_services(inventory: Inventory) -> Iterator[Finding]:
    """Aggregated APIs that do not answer. Source: kube-aggregator pkg/controllers/status/remote."""
    for each in inventory.all(APIService):
        if each.spec.service is None:
            continue
        available = condition(each.status.conditions, "Available")
        if available is not None and available.status == "False":
            yield _api_finding(inventory, each, each.spec.service, available)


def _api_finding(inventory: Inventory, found: APIService, service: ServiceReference, said: Condition) -> Finding:
    missing = inventory.get(Service, service.namespace, service.name) is None
    absent = missing and inventory.knows(Service, service.namespace)
    why = f"{said.reason}: {said.message}"[:240]
    where = f"Service {service.namespace}/{service.name}"
    return Finding(
        "controlplane/api-service-unavailable",
        found.ref,
        Text(
            f"Aggregated API {found.name} is unavailable"
            + (f": {where}, which serves it, does not exist" if absent else f" ({where}): {why}"),
            f"聚合 API {found.name} 不可用" + (f":为其服务的 {where} 不存在" if absent else f"({where}):{why}"),
        ),
        Severity.ERROR,
        claims=(Claim("api-service-unavailable", found.ref, 0.95 if absent else 0.9),),
        facts=(fact(found, ".status.conditions[Available]", why, said.last_transition_time),),
        affected=refs(_pods_behind(inventory, service)),
        since=said.last_transition_time,
    )


def _pods_behind(inventory: Inventory, service: ServiceReference) -> list[Pod]:
    found = inventory.get(Service, service.namespace, service.name)
    return inventory.select_labels(service.namespace, found.spec.selector) if found else []


DETECTORS = (component_pods, leader_leases, api_services, *_control_symptoms.DETECTORS)
