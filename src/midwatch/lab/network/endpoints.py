"""Services with their endpoints, indexed: what kube-proxy, ingress controllers and CoreDNS read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from midwatch.lab.core.kinds import ENDPOINT_SLICE, SERVICE
from midwatch.lab.core.objects import Obj, labels_of, name_of, namespace_of, spec
from midwatch.lab.core.store import Change, Store

ServiceKey = tuple[str, str]
"""Namespace and name."""
_OF = "kubernetes.io/service-name"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address and port behind a Service's port. `node` is where it runs, empty when unknown."""

    ip: str
    port: int
    node: str
    pod: str = ""
    hostname: str = ""


class SlicePart:
    """The ready endpoints of one slice, by the name of the Service's port (empty: unnamed); read on use."""

    __slots__ = ("_by_port", "_found")

    def __init__(self, found: Obj) -> None:
        self._found = found
        self._by_port: dict[str, tuple[Endpoint, ...]] | None = None

    @property
    def by_port(self) -> dict[str, tuple[Endpoint, ...]]:
        """Endpoints by port name."""
        if self._by_port is None:
            self._by_port = _read(self._found)
        return self._by_port


@dataclass
class Tables:
    """Services and slices. A copy of it (`frozen`) is what a stopped kube-proxy goes on to use."""

    services: dict[ServiceKey, Obj] = field(default_factory=dict[ServiceKey, Obj])
    by_ip: dict[str, ServiceKey] = field(default_factory=dict[str, ServiceKey])
    by_node_port: dict[int, ServiceKey] = field(default_factory=dict[int, ServiceKey])
    slices: dict[ServiceKey, dict[str, SlicePart]] = field(default_factory=dict[ServiceKey, dict[str, SlicePart]])
    local: set[ServiceKey] = field(default_factory=set[ServiceKey])
    version: int = 0

    def endpoints(self, service: ServiceKey, port_name: str) -> tuple[Endpoint, ...]:
        """The ready endpoints of a Service's port, over all its slices."""
        parts = self.slices.get(service)
        if not parts:
            return ()
        found = [each.by_port.get(port_name, ()) for each in parts.values()]
        return found[0] if len(found) == 1 else tuple(each for part in found for each in part)

    def all_endpoints(self, service: ServiceKey) -> Iterator[Endpoint]:
        """The ready endpoints of all its ports (a headless Service is dialled by the pods' own ports)."""
        for part in self.slices.get(service, {}).values():
            for found in part.by_port.values():
                yield from found

    def frozen(self) -> Tables:
        """What it holds now."""
        slices = {key: dict(value) for key, value in self.slices.items()}
        return Tables(
            dict(self.services), dict(self.by_ip), dict(self.by_node_port), slices, set(self.local), self.version
        )


def watch_tables(store: Store) -> Tables:
    """Tables that follow the store."""
    tables = Tables()
    for each in store.list(SERVICE):
        _add_service(tables, each)
    for each in store.list(ENDPOINT_SLICE):
        _add_slice(tables, each)
    store.watch(lambda change: _follow(tables, change), SERVICE, ENDPOINT_SLICE)
    return tables


def _follow(tables: Tables, change: Change) -> None:
    tables.version += 1
    if change.kind is SERVICE:
        if change.old is not None:
            _drop_service(tables, change.old)
        if change.type != "DELETED":
            _add_service(tables, change.new)
        return
    if change.old is not None:
        tables.slices.get(_owner(change.old), {}).pop(name_of(change.old), None)
    if change.type != "DELETED":
        _add_slice(tables, change.new)


def _owner(found: Obj) -> ServiceKey:
    return namespace_of(found), labels_of(found).get(_OF, "")


def _add_service(tables: Tables, service: Obj) -> None:
    key = namespace_of(service), name_of(service)
    tables.services[key] = service
    if spec(service).get("internalTrafficPolicy") == "Local":
        tables.local.add(key)
    for each in addresses_of(service):
        tables.by_ip[each] = key
    for port in ports_of(service):
        if port.get("nodePort"):
            tables.by_node_port[port["nodePort"]] = key


def _drop_service(tables: Tables, service: Obj) -> None:
    tables.services.pop((namespace_of(service), name_of(service)), None)
    tables.local.discard((namespace_of(service), name_of(service)))
    for each in addresses_of(service):
        tables.by_ip.pop(each, None)
    for port in ports_of(service):
        tables.by_node_port.pop(port.get("nodePort", 0), None)


def addresses_of(service: Obj) -> tuple[str, ...]:
    """Its virtual addresses; none when headless or ExternalName."""
    body = spec(service)
    if body.get("type") == "ExternalName":
        return ()
    extra: list[str] = body.get("externalIPs") or []
    ips: list[str] = body.get("clusterIPs") or [body.get("clusterIP") or ""]
    return tuple(each for each in (*ips, *extra) if each and each != "None")


def ports_of(service: Obj) -> list[Obj]:
    """Its ports."""
    return spec(service).get("ports") or []


def _add_slice(tables: Tables, found: Obj) -> None:
    tables.slices.setdefault(_owner(found), {})[name_of(found)] = SlicePart(found)


def _read(found: Obj) -> dict[str, tuple[Endpoint, ...]]:
    endpoints: list[Obj] = found.get("endpoints") or []
    ready = [each for each in endpoints if _part(each, "conditions").get("ready") is not False]
    ports: list[Obj] = found.get("ports") or []
    return {each.get("name") or "": tuple(_endpoints(ready, each["port"])) for each in ports if each.get("port")}


def _endpoints(ready: list[Obj], port: int) -> Iterator[Endpoint]:
    for each in ready:
        pod: str = _part(each, "targetRef").get("name") or ""
        for ip in each["addresses"]:
            yield Endpoint(ip, port, each.get("nodeName") or "", pod, each.get("hostname") or "")


def _part(found: Obj, key: str) -> Obj:
    return found.get(key) or {}
