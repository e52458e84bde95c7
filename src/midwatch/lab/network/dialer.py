"""From a resolved address to the ways that packets may take, each equally likely; processes come later."""

from __future__ import annotations

from dataclasses import replace

from midwatch.domain.resource import Ref
from midwatch.lab.core.env import Env
from midwatch.lab.core.runtime import Process
from midwatch.lab.network.connection import Connection, Failure
from midwatch.lab.network.endpoints import Endpoint
from midwatch.lab.network.parties import Parties, Party
from midwatch.lab.network.policies import Policies
from midwatch.lab.network.proxies import Proxies, Routing, route, route_node_port
from midwatch.lab.network.weather import Weather
from midwatch.lab.world.world import External

HOPELESS = 0.97
"""With so many packets lost nothing comes through in time."""


class Dialer:
    """Aims at addresses, with all that stands in the way but the process at the other end."""

    def __init__(self, env: Env, proxies: Proxies, policies: Policies, parties: Parties, weather: Weather) -> None:
        self._env = env
        self._proxies = proxies
        self._policies = policies
        self._parties = parties
        self._weather = weather

    def aim(self, party: Party, host: str, ip: str, port: int, protocol: str = "TCP") -> tuple[Connection, ...]:
        """What may come of dialling an address."""
        start = Connection(host, port, f"{ip}:{port}")
        outside = next((each for each in self._env.world.externals.values() if each.address == ip), None)
        if outside is not None:
            return (self._outwards(party, start, outside),)
        routing = route(self._proxies.on(party.node), ip, port, party.node, protocol)
        if routing is not None:
            return self.through(party, start, routing, protocol)
        if party.outside or not self._env.runtime.at(ip):
            node_port = route_node_port(self._proxies.on(party.node), port, party.node)
            if node_port is not None and not ip.startswith("10.244."):
                return self.through(party, start, node_port, protocol)
        return (self.towards(party, start, ip, port, protocol),)

    def through(
        self, party: Party, start: Connection, routing: Routing, protocol: str = "TCP"
    ) -> tuple[Connection, ...]:
        """Through a Service to each of its endpoints."""
        start = replace(start, service=routing.service)
        if routing.failure is not None:
            if routing.service == Ref("Service", "default", "kubernetes"):
                return (self.control_plane(start),)
            return (replace(start, failure=routing.failure),)
        return tuple(self._to_endpoint(party, start, each, protocol) for each in routing.endpoints)

    def _to_endpoint(self, party: Party, start: Connection, to: Endpoint, protocol: str) -> Connection:
        if start.service == Ref("Service", "default", "kubernetes") and not self._env.runtime.at(to.ip):
            return self.control_plane(start)
        return self.towards(party, start, to.ip, to.port, protocol)

    def control_plane(self, start: Connection) -> Connection:
        """To the API server, which is no process of the lab."""
        failure = None if self._env.components.running("kube-apiserver") else Failure.REFUSED
        return replace(start, external="kubernetes", failure=failure)

    def towards(self, party: Party, start: Connection, ip: str, port: int, protocol: str = "TCP") -> Connection:
        """Straight to a pod or node: policies, the weather, dead nodes. `detail` keeps ip:port of the process."""
        found = self._env.runtime.at(ip)
        target = self._parties.of(found[0]) if found else Party("", {}, "", ip, outside=True)
        aimed = replace(start, detail=f"{ip}:{port}")
        dead = self._weather.down(target.node) or self._weather.down(party.node)
        if dead or not self._policies.allow(party, target, port, protocol):
            return replace(start, failure=Failure.TIMEOUT)
        seconds, loss = self._weather.between(party, target)
        failure = Failure.TIMEOUT if loss > HOPELESS else None
        return replace(
            aimed, seconds=seconds, loss=loss, failure=failure, jitter=self._weather.jitter(party, target)
        )

    def _outwards(self, party: Party, start: Connection, external: External) -> Connection:
        target = Party("", {}, "", external.address, outside=True)
        open_ = external.reachable and start.port in external.ports and not self._weather.down(party.node)
        allowed = self._policies.allow(party, target, start.port)
        seconds, loss = self._weather.between(party, target)
        failed = not open_ or not allowed or loss > HOPELESS
        return replace(
            start,
            external=external.host,
            seconds=external.seconds + seconds,
            loss=loss,
            failure=Failure.TIMEOUT if failed else None,
        )


def arrive(env: Env, aimed: Connection) -> Connection:
    """Who answers an attempt that comes through: the process that listens, or a refusal."""
    if aimed.failure is not None or aimed.external:
        return aimed
    ip, _, port = aimed.detail.rpartition(":")
    found = env.runtime.at(ip)
    process = listener(found, int(port))
    if process is None:
        return replace(aimed, detail="", failure=Failure.REFUSED if found else Failure.NO_ROUTE)
    if process.notes.get("hung"):
        return replace(aimed, detail="", process=process, target_port=int(port), failure=Failure.TIMEOUT)
    return replace(aimed, detail="", process=process, target_port=int(port))


def listener(processes: list[Process], port: int) -> Process | None:
    """The process among those of an address that serves at a port."""
    return next((each for each in processes if port in each.listening and each.serving), None)
