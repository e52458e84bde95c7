"""Whether a node takes a pod that was bound to it.

Source: kubernetes/pkg/kubelet/lifecycle/predicate.go, kubernetes/pkg/kubelet/eviction/eviction_manager.go (Admit).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from midwatch.domain.quantity import parse_quantity
from midwatch.lab.core.claims import accepts
from midwatch.lab.core.objects import Obj, labels_of, part, parts, spec, status
from midwatch.lab.kubelet.host import Host
from midwatch.lab.kubelet.podspec import declared, host_network, qos_class, requests
from midwatch.lab.kubelet.state import Tenant
from midwatch.lab.kubelet.static_pods import is_mirror

_CRITICAL = 2_000_000_000  # scheduling.SystemCriticalPriority


def is_critical(pod: Obj) -> bool:
    """Whether a pod is never evicted. Source: kubernetes/pkg/kubelet/types/pod_update.go (IsCriticalPod)."""
    return is_mirror(pod) or (spec(pod).get("priority") or 0) >= _CRITICAL


def refusal(host: Host, pod: Obj) -> tuple[str, str] | None:
    """Reason and message when the node refuses a pod."""
    node = host.node
    if node is None:
        return None
    return _pressure(node, pod) or _resources(host, node, pod) or _placement(host, node, pod)


def _pressure(node: Obj, pod: Obj) -> tuple[str, str] | None:
    on = [each["type"] for each in parts(status(node), "conditions") if each.get("status") == "True"]
    under = [each for each in ("MemoryPressure", "DiskPressure", "PIDPressure") if each in on]
    if not under or is_critical(pod):
        return None
    if under == ["MemoryPressure"] and qos_class(pod) != "BestEffort":
        return None
    return "Evicted", f"The node had condition: [{' '.join(under)}]. "


def _resources(host: Host, node: Obj, pod: Obj) -> tuple[str, str] | None:
    allocatable: Mapping[str, str] = status(node).get("allocatable") or {}
    others = [each for each in host.tenants.values() if not each.terminating]
    room = parse_quantity(allocatable.get("pods"))
    if room is not None and len(others) + 1 > room:
        return _short("pods", 1, len(others), room)
    asked = requests(pod)
    checks = (
        ("cpu", asked.cpu * 1000, sum(each.asked.cpu for each in others) * 1000, 1000.0),
        ("memory", asked.memory, sum(each.asked.memory for each in others), 1.0),
    )
    for name, wanted, used, scale in checks:
        capacity = parse_quantity(allocatable.get(name))
        if capacity is not None and wanted and wanted + used > capacity * scale + 0.5:
            return _short(name, wanted, used, capacity * scale)
    return None


def _short(name: str, wanted: float, used: float, capacity: float) -> tuple[str, str]:
    message = (
        f"Node didn't have enough resource: {name}, requested: {round(wanted)}, used: {round(used)}, "
        f"capacity: {round(capacity)}"
    )
    return f"OutOf{name}", message


def _placement(host: Host, node: Obj, pod: Obj) -> tuple[str, str] | None:
    labels = labels_of(node)
    wanted: Mapping[str, str] = spec(pod).get("nodeSelector") or {}
    required = part(spec(pod), "affinity", "nodeAffinity").get("requiredDuringSchedulingIgnoredDuringExecution")
    if any(labels.get(key) != value for key, value in wanted.items()) or not accepts(required, labels, host.name):
        why = "node(s) didn't match Pod's node affinity/selector"
        return "NodeAffinity", f"Predicate NodeAffinity failed: {why}"
    ports = set(_host_ports(pod))
    if ports and any(ports & set(_host_ports(each.obj)) for each in host.tenants.values() if _counts(each)):
        return (
            "NodePorts",
            "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports",
        )
    return None


def _counts(tenant: Tenant) -> bool:
    return not tenant.finished


def _host_ports(pod: Obj) -> Iterator[tuple[str, int]]:
    shared = host_network(pod)
    for _, each in declared(pod):
        for port in parts(each, "ports"):
            number = port.get("hostPort") or (port.get("containerPort") if shared else 0)
            if number:
                yield port.get("protocol") or "TCP", int(number)
