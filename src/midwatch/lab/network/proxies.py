"""kube-proxy: from a Service's address to an endpoint, by the rules of the node where the packet starts.

Source: kubernetes/pkg/proxy/iptables/proxier.go: without endpoints packets are rejected (connection refused); a
port that the Service does not have matches no rule, so nobody answers (i/o timeout).
"""

from __future__ import annotations

from dataclasses import dataclass

from midwatch.domain.resource import Ref
from midwatch.lab.core.env import Env
from midwatch.lab.core.health import Component
from midwatch.lab.core.kinds import POD
from midwatch.lab.core.objects import Obj, condition_of, labels_of, spec
from midwatch.lab.core.store import Change
from midwatch.lab.network.connection import Failure
from midwatch.lab.network.endpoints import Endpoint, ServiceKey, Tables, ports_of, watch_tables

_COMPONENT = "kube-proxy/"


@dataclass(frozen=True, slots=True)
class Routing:
    """Where packets to an address and port go: to one of the endpoints, or nowhere."""

    service: Ref
    endpoints: tuple[Endpoint, ...] = ()
    failure: Failure | None = None


class Proxies:
    """The rules on each node: all alike, except where kube-proxy no longer follows the cluster."""

    def __init__(self, env: Env) -> None:
        self.tables = watch_tables(env.store)
        self._stale: dict[str, Tables] = {}
        self.version = 0
        env.components.observe(self._component)
        env.store.watch(self._pod, POD)

    def on(self, node: str) -> Tables:
        """What the rules of a node say."""
        return self._stale.get(node, self.tables)

    def stale(self, node: str) -> bool:
        """Whether a node's rules no longer follow the cluster."""
        return node in self._stale

    def _component(self, component: Component) -> None:
        if component.name.startswith(_COMPONENT):
            self._set(component.name.removeprefix(_COMPONENT), running=component.running)

    def _pod(self, change: Change) -> None:
        """The proxy's own pod: while it is not ready nobody writes the node's rules."""
        if labels_of(change.new).get("k8s-app") != "kube-proxy" or change.old is None:
            return
        ready = change.type != "DELETED" and _ready(change.new)
        if ready != _ready(change.old):
            self._set(spec(change.new).get("nodeName") or "", running=ready)

    def _set(self, node: str, *, running: bool) -> None:
        self.version += 1
        if running:
            self._stale.pop(node, None)
        elif node not in self._stale:
            self._stale[node] = self.tables.frozen()


def _ready(pod: Obj) -> bool:
    return (condition_of(pod, "Ready") or {}).get("status") == "True"


def route(tables: Tables, ip: str, port: int, node: str, protocol: str = "TCP") -> Routing | None:
    """Where packets to a Service's address go; None when it is no Service's."""
    key = tables.by_ip.get(ip)
    return None if key is None else route_service(tables, key, port, node, protocol)


def route_service(tables: Tables, key: ServiceKey, port: int, node: str, protocol: str = "TCP") -> Routing:
    """Where packets to a Service's own address and port go."""
    ref = Ref("Service", *key)
    found = port_of(tables.services[key], port, protocol)
    if found is None:
        return Routing(ref, failure=Failure.TIMEOUT)
    endpoints = tables.endpoints(key, found.get("name") or "")
    if not endpoints:
        return Routing(ref, failure=Failure.REFUSED)
    if key in tables.local:
        endpoints = tuple(each for each in endpoints if each.node == node)
        return Routing(ref, endpoints, None if endpoints else Failure.TIMEOUT)
    return Routing(ref, endpoints)


def route_node_port(tables: Tables, port: int, node: str) -> Routing | None:
    """Where packets to a node's own port go; None when it is no Service's."""
    key = tables.by_node_port.get(port)
    if key is None:
        return None
    ports = ports_of(tables.services[key])
    number = next(each["port"] for each in ports if each.get("nodePort") == port)
    return route_service(tables, key, number, node)


def port_of(service: Obj, port: int, protocol: str = "TCP") -> Obj | None:
    """A Service's port by number and protocol."""
    return next(
        (
            each
            for each in ports_of(service)
            if each["port"] == port and (each.get("protocol") or "TCP") == protocol
        ),
        None,
    )
