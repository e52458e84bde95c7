"""Which constraints keep a pod off a node, recomputed as the scheduler's filter plugins do.

Source: pkg/scheduler/framework/plugins: nodeunschedulable, tainttoleration, nodeaffinity, nodeports,
noderesources, volumebinding, volumezone. What involves other pods is in `_topology`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from midwatch.detectors._amounts import amounts, pod_requests, show_amount
from midwatch.detectors.common import is_finished
from midwatch.detectors.scheduling._scheduler_messages import taint_cause
from midwatch.detectors.scheduling._topology import Topology, topology_of
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Node, Taint
from midwatch.domain.kube.pods import NodeSelector, Pod, PodSpec, Toleration
from midwatch.domain.kube.selectors import node_matches, tolerates
from midwatch.domain.kube.storage import PersistentVolume, PersistentVolumeClaim

_CORDON = Taint(key="node.kubernetes.io/unschedulable", effect="NoSchedule")
_ZONES = ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone")
_CAUSES = {
    "cpu": "cpu-insufficient",
    "memory": "memory-insufficient",
    "ephemeral-storage": "ephemeral-storage-insufficient",
}


class Obstacle(NamedTuple):
    """One constraint that keeps a pod off a node, by the cause it stands for; `taint` is the key of a taint."""

    cause: str
    detail: str
    taint: str = ""


@dataclass(slots=True)
class Occupancy:
    """What the pods of a node have taken."""

    requests: dict[str, float] = field(default_factory=dict[str, float])
    pods: int = 0
    ports: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])


class Wish(NamedTuple):
    """A pod as the filters see it."""

    pod: Pod
    requests: Mapping[str, float]
    ports: frozenset[tuple[str, int]]
    affinity: NodeSelector | None
    volumes: tuple[PersistentVolume, ...]
    topology: Topology


def occupancies(inventory: Inventory) -> dict[str, Occupancy]:
    """What is taken on each node (an index: use it with `Inventory.derive`)."""
    index: dict[str, Occupancy] = defaultdict(Occupancy)
    for pod in inventory.all(Pod):
        if pod.spec.node_name and not is_finished(pod):
            _occupy(index[pod.spec.node_name], pod.spec)
    return index


def _occupy(taken: Occupancy, spec: PodSpec) -> None:
    taken.pods += 1
    taken.ports.update(_host_ports(spec))
    for name, value in pod_requests(spec).items():
        taken.requests[name] = taken.requests.get(name, 0.0) + value


def _host_ports(spec: PodSpec) -> Iterator[tuple[str, int]]:
    for container in spec.containers:
        for port in container.ports:
            number = port.host_port or (port.container_port if spec.host_network else 0)
            if number:
                yield port.protocol or "TCP", number


def wish_of(inventory: Inventory, pod: Pod) -> Wish:
    """Everything about a pod that decides where it may run."""
    affinity = pod.spec.affinity
    node_affinity = affinity.node_affinity if affinity else None
    return Wish(
        pod,
        {name: value for name, value in pod_requests(pod.spec).items() if value > 0},
        frozenset(_host_ports(pod.spec)),
        node_affinity.required if node_affinity else None,
        tuple(_bound_volumes(inventory, pod)),
        topology_of(inventory, pod),
    )


def _bound_volumes(inventory: Inventory, pod: Pod) -> Iterator[PersistentVolume]:
    for each in pod.spec.volumes:
        if each.persistent_volume_claim is not None:
            claim = inventory.get(PersistentVolumeClaim, pod.namespace, each.persistent_volume_claim.claim_name)
            volume = inventory.get(PersistentVolume, "", claim.spec.volume_name) if claim else None
            if volume is not None:
                yield volume


def obstacles(wish: Wish, node: Node, taken: Occupancy) -> list[Obstacle]:
    """Every constraint that keeps the pod off the node; none means that it fits."""
    return [
        *_taints(wish.pod.spec.tolerations, node),
        *_placement(wish, node),
        *_ports(wish, taken),
        *_resources(wish, node, taken),
        *_volumes(wish, node),
        *(Obstacle(cause, detail) for cause, detail in wish.topology.conflicts(node)),
    ]


def _taints(tolerations: tuple[Toleration, ...], node: Node) -> Iterator[Obstacle]:
    taints = (*node.spec.taints, _CORDON) if node.spec.unschedulable else node.spec.taints
    seen: set[str] = set()
    for taint in taints:
        if taint.effect not in ("NoSchedule", "NoExecute") or taint.key in seen:
            continue
        if not any(tolerates(each, taint) for each in tolerations):
            seen.add(taint.key)
            value = f"={taint.value}" if taint.value else ""
            yield Obstacle(taint_cause(taint.key), f"{taint.key}{value}:{taint.effect}", taint.key)


def _placement(wish: Wish, node: Node) -> Iterator[Obstacle]:
    labels = node.metadata.labels
    wrong = [f"{key}={value}" for key, value in wish.pod.spec.node_selector.items() if labels.get(key) != value]
    if wrong:
        yield Obstacle("node-selector-mismatch", ", ".join(wrong))
    if not node_matches(wish.affinity, node):
        yield Obstacle("node-affinity-mismatch", "")


def _ports(wish: Wish, taken: Occupancy) -> Iterator[Obstacle]:
    clash = wish.ports & taken.ports
    if clash:
        yield Obstacle("host-port-conflict", ", ".join(f"{port}/{protocol}" for protocol, port in sorted(clash)))


def _resources(wish: Wish, node: Node, taken: Occupancy) -> Iterator[Obstacle]:
    allocatable = amounts(node.status.allocatable)
    if not allocatable:
        return
    if taken.pods + 1 > allocatable.get("pods", float("inf")):
        yield Obstacle("node-pods-full", f"{taken.pods} of {int(allocatable['pods'])} pods")
    for name, want in wish.requests.items():
        if name not in allocatable and "/" not in name:
            continue
        have = allocatable.get(name, 0.0)
        free = have - taken.requests.get(name, 0.0)
        if want > free * (1 + 1e-9):
            cause = _CAUSES.get(name, "extended-resource-insufficient")
            left, size = show_amount(name, max(free, 0.0)), show_amount(name, have)
            yield Obstacle(cause, f"{name} {show_amount(name, want)} > {left} free of {size}")


def _volumes(wish: Wish, node: Node) -> Iterator[Obstacle]:
    for volume in wish.volumes:
        affinity = volume.spec.node_affinity
        zones = [(key, volume.metadata.labels[key]) for key in _ZONES if key in volume.metadata.labels]
        elsewhere = any(node.metadata.labels.get(key, zone) not in zone.split("__") for key, zone in zones)
        if elsewhere or (affinity is not None and not node_matches(affinity.required, node)):
            yield Obstacle("volume-node-affinity-conflict", volume.name)
