"""Requests from clients: how many at the moment, and where they go in."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from midwatch.lab.core.env import Env
from midwatch.lab.network.connection import Connection, Failure
from midwatch.lab.network.network import Network
from midwatch.lab.traffic.stations import Station, Stations
from midwatch.lab.world.disturbances import Surge
from midwatch.lab.world.world import Client

_DAY = 86_400.0


@dataclass(eq=False, slots=True)
class Arrival:
    """The requests of one client in this tick, and the ways they take, each equally likely."""

    client: Client
    rps: float
    open: list[tuple[Connection, Station | None]] = field(
        default_factory=list[tuple[Connection, "Station | None"]]
    )
    shut: list[Connection] = field(default_factory=list[Connection])

    @property
    def operation(self) -> str:
        """What is asked for."""
        return self.client.operation

    @property
    def ways(self) -> int:
        """How many ways."""
        return max(len(self.open) + len(self.shut), 1)


class Arrivals:
    """Makes the arrivals of each tick."""

    def __init__(self, env: Env, network: Network, stations: Stations) -> None:
        self._env = env
        self._network = network
        self._stations = stations
        self._random = env.clock.random("traffic/arrivals")

    def now(self) -> list[Arrival]:
        """Those of this moment."""
        return [self._of(each) for each in self._env.world.clients]

    def _of(self, client: Client) -> Arrival:
        found = Arrival(client, self._rate(client))
        for each in self._network.client_paths(client):
            if each.failure is not None:
                found.shut.append(each)
            else:
                station = self._stations.of(each.process) if each.process is not None else None
                found.open.append((each, station))
        return found

    def _rate(self, client: Client) -> float:
        """The mean rate, higher by day than by night, times surges, give or take a few percent."""
        phase = (self._env.clock.now % _DAY) / _DAY
        rate = client.rps * (1 - client.swing * math.cos(2 * math.pi * phase))
        for each in self._env.world.disturbances:
            if isinstance(each, Surge) and each.client == client.name:
                rate *= each.factor
        return max(rate * (1 + self._random.uniform(-0.03, 0.03)), 0.0)


def is_silent(connection: Connection) -> bool:
    """Whether whoever waits is told nothing."""
    return connection.failure in (Failure.TIMEOUT, Failure.DNS_TIMEOUT)
