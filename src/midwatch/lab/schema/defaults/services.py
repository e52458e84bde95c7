"""Defaults of Services, and the addresses and ports that are allocated for them.

Source: kubernetes/pkg/apis/core/v1/defaults.go (SetDefaults_Service),
kubernetes/pkg/registry/core/service/storage/alloc.go.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network

from midwatch.lab.core.clock import Clock
from midwatch.lab.core.errors import ApiError, FieldError, internal, invalid
from midwatch.lab.core.kinds import SERVICE
from midwatch.lab.core.objects import Obj, meta, name_of, part, spec
from midwatch.lab.core.store import Change, Store
from midwatch.lab.schema.defaults.filling import changed, each, filled

NETWORK = IPv4Network("10.96.0.0/16")
"""--service-cluster-ip-range."""
NODE_PORTS = range(30000, 32768)
"""--service-node-port-range."""
_OUTSIDE = ("NodePort", "LoadBalancer")
_BAND = 256  # the lower part of the range is left to addresses that people choose (ServiceIPStaticSubrange)


class Services:
    """Fills in Services. Which addresses and node ports are taken, it sees in the store.

    The same seed gives the same addresses.
    """

    def __init__(self, clock: Clock, store: Store) -> None:
        self._random = clock.random("service-addresses")
        self._store = store
        self._addresses: dict[str, int] = {}
        self._ports: dict[int, int] = {}
        for each_one in store.list(SERVICE):
            self._count(each_one, 1)
        store.watch(self._watch, SERVICE)

    def __call__(self, found: Obj) -> Obj:
        """A Service, complete. Raises `ApiError` 422 for a port that is taken, 500 when nothing is left."""
        found = changed(found, "spec", _spec)
        if spec(found).get("type") == "ExternalName" or "resourceVersion" in meta(found):
            return self._updated(found) if "resourceVersion" in meta(found) else found
        body = self._addressed(found)
        return self._with_ports({**found, "spec": body}) if body is not spec(found) else self._with_ports(found)

    def _updated(self, found: Obj) -> Obj:
        """An update keeps what was allocated; a type that needs more gets it."""
        old = self._store.get(SERVICE, meta(found).get("namespace", ""), name_of(found))
        before, body = spec(old or {}), spec(found)
        if body.get("type") == "ExternalName":
            gone = ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")
            same = {key: value for key, value in body.items() if key not in gone or value != before.get(key)}
            return found if len(same) == len(body) else {**found, "spec": same}
        kept = ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "healthCheckNodePort")
        lacking = {key: before[key] for key in kept if key in before and not body.get(key)}
        if body.get("clusterIP") not in (None, "", before.get("clusterIP")):
            given = body.get("clusterIPs") or before.get("clusterIPs")
            lacking["clusterIPs"] = [body["clusterIP"]] if given == before.get("clusterIPs") else given
        if body.get("externalTrafficPolicy") != "Local":
            lacking.pop("healthCheckNodePort", None)
        if lacking:
            found = {**found, "spec": {**body, **lacking}}
        found = {**found, "spec": _with_old_ports(spec(found), before)}
        return self._with_ports({**found, "spec": self._addressed(found)})

    def _addressed(self, found: Obj) -> Obj:
        body = spec(found)
        wanted = body.get("clusterIP") or next(iter(body.get("clusterIPs") or ()), "")
        if not wanted:
            wanted = self._free()
        elif wanted != "None" and "resourceVersion" not in meta(found):
            self._demand(found, wanted)
        lacking = {"clusterIP": wanted, "clusterIPs": [wanted]}
        return filled(body, {**lacking, "ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack"})

    def _free(self) -> str:
        most = NETWORK.num_addresses - _BAND - 1
        for _ in range(64):
            wanted = str(NETWORK.network_address + _BAND + self._random.randrange(most))
            if wanted not in self._addresses:
                return wanted
        raise internal("failed to allocate a serviceIP: range is full")

    def _demand(self, found: Obj, wanted: str) -> None:
        """Source: kubernetes/pkg/registry/core/service/ipallocator/allocator.go, alloc.go (allocIPs)."""
        try:
            inside = IPv4Address(wanted) in NETWORK
        except ValueError:
            return
        why = "provided IP is already allocated" if wanted in self._addresses else ""
        if not inside:
            why = f"provided IP is not in the valid range. The range of valid IPs is {NETWORK}"
        if why:
            raise _refused(
                found, "spec.clusterIPs", f'Invalid value: ["{wanted}"]: failed to allocate IP {wanted}: {why}'
            )

    def _with_ports(self, found: Obj) -> Obj:
        body = spec(found)
        if body.get("type") not in _OUTSIDE or body.get("allocateLoadBalancerNodePorts") is False:
            return found
        taken = set(self._ports)
        old = self._store.get(SERVICE, meta(found).get("namespace", ""), name_of(found))
        mine = set(_node_ports(old)) if old is not None and "resourceVersion" in meta(found) else set[int]()

        def port(index: int, piece: Obj) -> Obj:
            number = piece.get("nodePort")
            if number:
                self._check_port(found, index, number, taken - mine)
                return piece
            chosen = self._free_port(taken)
            taken.add(chosen)
            return {**piece, "nodePort": chosen}

        ports = [port(index, piece) for index, piece in enumerate(body.get("ports") or ())]
        if body.get("externalTrafficPolicy") == "Local" and body["type"] == "LoadBalancer":
            body = (
                body
                if body.get("healthCheckNodePort")
                else {**body, "healthCheckNodePort": self._free_port(taken)}
            )
        return {**found, "spec": {**body, "ports": ports}} if ports else found

    def _free_port(self, taken: set[int]) -> int:
        for _ in range(256):
            chosen = NODE_PORTS[self._random.randrange(len(NODE_PORTS))]
            if chosen not in taken:
                return chosen
        raise internal("failed to allocate a nodePort: range is full")

    def _check_port(self, found: Obj, index: int, number: int, taken: set[int]) -> None:
        where = f"spec.ports[{index}].nodePort"
        if number not in NODE_PORTS:
            known = f"{NODE_PORTS[0]}-{NODE_PORTS[-1]}"
            why = f"provided port is not in the valid range. The range of valid ports is {known}"
            raise _refused(found, where, f"Invalid value: {number}: {why}")
        if number in taken:
            raise _refused(found, where, f"Invalid value: {number}: provided port is already allocated")

    def _watch(self, change: Change) -> None:
        if change.old is not None:
            self._count(change.old, -1)
        if change.type != "DELETED":
            self._count(change.new, 1)

    def _count(self, found: Obj, by: int) -> None:
        addresses: Iterable[str] = spec(found).get("clusterIPs") or ()
        for address in addresses:
            if address != "None":
                _add(self._addresses, address, by)
        for port in _node_ports(found):
            _add(self._ports, port, by)


def _add(counts: dict[str, int] | dict[int, int], key: str | int, by: int) -> None:
    table: dict[str | int, int] = counts  # type: ignore[assignment]
    table[key] = table.get(key, 0) + by
    if table[key] <= 0:
        del table[key]


def _node_ports(found: Obj | None) -> list[int]:
    body = spec(found or {})
    ports: list[Obj] = body.get("ports") or []
    found_ports: list[int] = [port["nodePort"] for port in ports if port.get("nodePort")]
    return [*found_ports, *([body["healthCheckNodePort"]] if body.get("healthCheckNodePort") else [])]


def _refused(found: Obj, where: str, message: str) -> ApiError:
    return invalid(SERVICE, name_of(found), [FieldError(where, "FieldValueInvalid", message)])


def _with_old_ports(body: Obj, before: Obj) -> Obj:
    """Node ports stay with their ports; they go when the type needs none.

    Source: kubernetes/pkg/registry/core/service/strategy.go (patchAllocatedValues, dropTypeDependentFields).
    """
    if body.get("type") in _OUTSIDE:
        old: dict[tuple[object, object], int] = {
            (piece.get("protocol"), piece.get("port")): piece["nodePort"]
            for piece in before.get("ports") or () if piece.get("nodePort")
        }  # fmt: skip
        return each(body, "ports", lambda piece: _kept_port(piece, old))
    if before.get("type") not in _OUTSIDE:
        return body
    known = set(_node_ports({"spec": before}))
    body = each(
        body,
        "ports",
        lambda piece: _without_port(piece) if piece.get("nodePort") in known else piece,
    )
    dropped = ("externalTrafficPolicy", "allocateLoadBalancerNodePorts", "healthCheckNodePort")
    return {key: value for key, value in body.items() if key not in dropped or value != before.get(key)}


def _without_port(piece: Obj) -> Obj:
    return {key: value for key, value in piece.items() if key != "nodePort"}


def _kept_port(piece: Obj, old: dict[tuple[object, object], int]) -> Obj:
    known = old.get((piece.get("protocol"), piece.get("port")))
    return piece if piece.get("nodePort") or known is None else {**piece, "nodePort": known}


def _spec(found: Obj) -> Obj:
    found = filled(found, {"type": "ClusterIP", "sessionAffinity": "None"})
    kind = found["type"]
    if found["sessionAffinity"] == "ClientIP" and not part(found, "sessionAffinityConfig").get("clientIP"):
        found = {**found, "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 10800}}}
    if kind in (*_OUTSIDE, "ClusterIP"):
        found = filled(found, {"internalTrafficPolicy": "Cluster"})
    if kind in _OUTSIDE or (kind == "ClusterIP" and found.get("externalIPs")):
        found = filled(found, {"externalTrafficPolicy": "Cluster"})
    if kind == "LoadBalancer":
        found = filled(found, {"allocateLoadBalancerNodePorts": True})
    return each(found, "ports", _port)


def _port(found: Obj) -> Obj:
    if found.get("protocol") and found.get("targetPort"):
        return found
    found = filled(found, {"protocol": "TCP"})
    return found if found.get("targetPort") else {**found, "targetPort": found.get("port")}
