"""NetworkPolicies evaluated: which pods they isolate, and whether one connection may pass.

Source: kubernetes.io/docs/concepts/services-networking/network-policies (policies add up; isolation by direction).
"""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from midwatch.detectors._backing import serving_containers
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Namespace
from midwatch.domain.kube.networking import NetworkPolicy, PolicyPeer, PolicyPort
from midwatch.domain.kube.pods import Pod, PodSpec
from midwatch.domain.kube.selectors import matches


@dataclass(frozen=True, slots=True)
class Peer:
    """One end of a connection."""

    namespace: str
    labels: Mapping[str, str]
    spec: PodSpec
    addresses: tuple[str, ...] = ()

    @property
    def subject_to_policies(self) -> bool:
        """Pods on the node's own network are not."""
        return not self.spec.host_network


@dataclass(frozen=True, slots=True)
class Flow:
    """A connection to one port of a pod."""

    source: Peer
    target: Peer
    port: int
    protocol: str = "TCP"


def pod_peer(pod: Pod) -> Peer:
    """A pod as an end of a connection."""
    return Peer(pod.namespace, pod.metadata.labels, pod.spec, (pod.status.pod_ip,) if pod.status.pod_ip else ())


class Policies:
    """All NetworkPolicies by namespace, with the labels of namespaces."""

    def __init__(self, inventory: Inventory) -> None:
        self._by_namespace: dict[str, list[NetworkPolicy]] = defaultdict(list)
        for each in inventory.all(NetworkPolicy):
            self._by_namespace[each.namespace].append(each)
        self._labels = {each.name: each.metadata.labels for each in inventory.all(Namespace)}

    def isolating(self, peer: Peer, direction: str) -> list[NetworkPolicy]:
        """Policies that select a pod and govern a direction (`Ingress` or `Egress`)."""
        if not peer.subject_to_policies:
            return []
        return [
            each
            for each in self._by_namespace.get(peer.namespace, ())
            if direction in directions(each) and matches(each.spec.pod_selector, peer.labels)
        ]

    def blocking(self, flow: Flow) -> list[NetworkPolicy]:
        """Policies that together keep a connection out; empty when it may pass."""
        inbound = self.isolating(flow.target, "Ingress")
        if inbound and not any(self._admits(each, flow) for each in inbound):
            return inbound
        outbound = self.isolating(flow.source, "Egress")
        if outbound and not any(self._lets_out(each, flow) for each in outbound):
            return outbound
        return []

    def _admits(self, policy: NetworkPolicy, flow: Flow) -> bool:
        return any(
            self._peer(rule.from_, flow.source, policy.namespace) and _ports(rule.ports, flow)
            for rule in policy.spec.ingress
        )

    def _lets_out(self, policy: NetworkPolicy, flow: Flow) -> bool:
        return any(
            self._peer(rule.to, flow.target, policy.namespace) and _ports(rule.ports, flow)
            for rule in policy.spec.egress
        )

    def _peer(self, allowed: Iterable[PolicyPeer], peer: Peer, own: str) -> bool:
        listed = tuple(allowed)
        return not listed or any(self._is(each, peer, own) for each in listed)

    def _is(self, allowed: PolicyPeer, peer: Peer, own: str) -> bool:
        if allowed.ip_block is not None:
            return _in_block(allowed.ip_block.cidr, allowed.ip_block.except_, peer.addresses)
        if allowed.namespace_selector is None:
            return peer.namespace == own and matches(allowed.pod_selector, peer.labels)
        labels = {"kubernetes.io/metadata.name": peer.namespace, **self._labels.get(peer.namespace, {})}
        pods = allowed.pod_selector is None or matches(allowed.pod_selector, peer.labels)
        return pods and matches(allowed.namespace_selector, labels)


def directions(policy: NetworkPolicy) -> frozenset[str]:
    """The directions a policy governs; by default Ingress, and Egress when it has such rules.

    The API fills in the types, so a policy without types and rules is one of which the source told only the name.
    """
    if policy.spec.policy_types or not (policy.spec.ingress or policy.spec.egress):
        return frozenset(policy.spec.policy_types)
    return frozenset({"Ingress", "Egress"} if policy.spec.egress else {"Ingress"})


def _ports(allowed: tuple[PolicyPort, ...], flow: Flow) -> bool:
    return not allowed or any(_port(each, flow) for each in allowed)


def _port(allowed: PolicyPort, flow: Flow) -> bool:
    if (allowed.protocol or "TCP") != flow.protocol:
        return False
    if isinstance(allowed.port, str):
        return flow.port in named_ports(flow.target.spec, allowed.port)
    if allowed.port is None:
        return True
    return allowed.port <= flow.port <= (allowed.end_port or allowed.port)


def named_ports(spec: PodSpec, name: str) -> set[int]:
    """Numbers of the container ports with a name."""
    return {port.container_port for each in serving_containers(spec) for port in each.ports if port.name == name}


def _in_block(cidr: str, excepted: tuple[str, ...], addresses: tuple[str, ...]) -> bool:
    """Whether an address is in a range; a range for everything holds also for unknown addresses."""
    if cidr in ("0.0.0.0/0", "::/0") and not excepted:
        return True
    inside = [each for each in addresses if _contains(cidr, each)]
    return any(not any(_contains(block, each) for block in excepted) for each in inside)


def _contains(cidr: str, address: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        return False
