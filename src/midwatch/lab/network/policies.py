"""Network policies: who may talk to whom (k8s.io/api/networking/v1; as Calico enforces them).

Policies see the pod behind a Service and its own port. Traffic from a pod's own node is always let through.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from ipaddress import ip_address, ip_network

import msgspec

from midwatch.domain.kube.meta import LabelSelector
from midwatch.domain.kube.networking import NetworkPolicy, PolicyPeer, PolicyPort
from midwatch.domain.kube.selectors import matches
from midwatch.lab.core.kinds import NAMESPACE, NETWORK_POLICY
from midwatch.lab.core.objects import labels_of, name_of, namespace_of
from midwatch.lab.core.store import Change, Store
from midwatch.lab.network.parties import Party

INGRESS, EGRESS = "Ingress", "Egress"


class Policies:
    """The policies in force, by namespace."""

    def __init__(self, store: Store) -> None:
        self._policies: dict[str, dict[str, NetworkPolicy]] = {}
        self._spaces: dict[str, dict[str, str]] = {}
        self.version = 0
        for kind in (NETWORK_POLICY, NAMESPACE):
            for each in store.list(kind):
                self._follow(Change("ADDED", kind, each, None, 0))
        store.watch(self._follow, NETWORK_POLICY, NAMESPACE)

    def _follow(self, change: Change) -> None:
        self.version += 1
        new = change.new
        if change.kind is NAMESPACE:
            self._spaces[name_of(new)] = labels_of(new)
            return
        inside = self._policies.setdefault(namespace_of(new), {})
        if change.type == "DELETED":
            inside.pop(name_of(new), None)
        else:
            inside[name_of(new)] = msgspec.convert(new, NetworkPolicy, strict=False)

    def allow(self, source: Party, target: Party, port: int, protocol: str = "TCP") -> bool:
        """Whether a connection to a pod's own port passes the source's egress and the target's ingress."""
        return self._egress(source, target, port, protocol) and self._ingress(source, target, port, protocol)

    def _egress(self, source: Party, target: Party, port: int, protocol: str) -> bool:
        found = self._selecting(source, EGRESS)
        return not found or any(
            self._peers(policy, rule.to, target) and _ports(rule.ports, target, port, protocol)
            for policy in found
            for rule in policy.spec.egress
        )

    def _ingress(self, source: Party, target: Party, port: int, protocol: str) -> bool:
        if source.node and source.node == target.node and source.host_network:
            return True
        found = self._selecting(target, INGRESS)
        return not found or any(
            self._peers(policy, rule.from_, source) and _ports(rule.ports, target, port, protocol)
            for policy in found
            for rule in policy.spec.ingress
        )

    def _selecting(self, party: Party, direction: str) -> list[NetworkPolicy]:
        """The policies that isolate a pod in a direction; they do not apply to the host's network."""
        inside = self._policies.get(party.namespace)
        if not inside or party.host_network or party.outside:
            return []
        return [
            each
            for each in inside.values()
            if direction in _types(each) and matches(each.spec.pod_selector, party.labels)
        ]

    def _peers(self, policy: NetworkPolicy, peers: Sequence[PolicyPeer], party: Party) -> bool:
        return not peers or any(self._peer(policy, each, party) for each in peers)

    def _peer(self, policy: NetworkPolicy, peer: PolicyPeer, party: Party) -> bool:
        if peer.ip_block is not None:
            return _in_block(party.ip, peer.ip_block.cidr, peer.ip_block.except_)
        if party.outside or party.host_network:
            return False
        space = self._spaces.get(party.namespace, {})
        space = {"kubernetes.io/metadata.name": party.namespace, **space}
        return self._selects(policy, peer.namespace_selector, party, space) and (
            peer.pod_selector is None or matches(peer.pod_selector, party.labels)
        )

    @staticmethod
    def _selects(
        policy: NetworkPolicy, selector: LabelSelector | None, party: Party, space: Mapping[str, str]
    ) -> bool:
        if selector is None:
            return party.namespace == policy.metadata.namespace
        return matches(selector, space)


def _types(policy: NetworkPolicy) -> Iterable[str]:
    return policy.spec.policy_types or ((INGRESS, EGRESS) if policy.spec.egress else (INGRESS,))


def _ports(ports: Sequence[PolicyPort], target: Party, port: int, protocol: str) -> bool:
    return not ports or any(_port(each, target, port, protocol) for each in ports)


def _port(wanted: PolicyPort, target: Party, port: int, protocol: str) -> bool:
    if (wanted.protocol or "TCP") != protocol:
        return False
    if wanted.port is None:
        return True
    if isinstance(wanted.port, str):
        return any(each == (wanted.port, port, protocol) for each in target.ports)
    return wanted.port <= port <= (wanted.end_port or wanted.port)


@lru_cache(maxsize=65536)
def _in_block(ip: str, cidr: str, except_: tuple[str, ...]) -> bool:
    address = ip_address(ip)
    return address in ip_network(cidr, strict=False) and not any(
        address in ip_network(each, strict=False) for each in except_
    )
