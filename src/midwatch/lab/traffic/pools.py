"""Connection pools: how many connections each caller holds at each server, and who gets none when they run out."""

from __future__ import annotations

import math

from midwatch.lab.network.accounts import connection_limit
from midwatch.lab.network.network import Network
from midwatch.lab.network.sessions import Key
from midwatch.lab.traffic.links import Link, Links, is_database
from midwatch.lab.traffic.stations import Cohort, Station, Stations
from midwatch.lab.world.programs import Protocol

_IDLE = 2
_SPARE = 2.0
"""How many more connections a pool keeps than are in use at a moment."""


class Pools:
    """Counts connections once a tick."""

    def __init__(self, network: Network, stations: Stations, links: Links) -> None:
        self._network = network
        self._stations = stations
        self._links = links

    def settle(self) -> None:
        """Hand out connections in the order in which callers started: those who come late get none."""
        wanted: dict[int, list[tuple[Station, str, int]]] = {}
        servers: dict[int, Station] = {}
        for cohort in self._stations.cohorts:
            for dependency in cohort.first.process.program.dependencies:
                if is_database(dependency.protocol):
                    link = self._links.of(cohort, dependency.name)
                    if link is not None:
                        self._want(cohort, link, wanted, servers)
        held: dict[Key, dict[Key, int]] = {}
        self._links.crowded.clear()
        for key, callers in wanted.items():
            held[_key(servers[key])] = self._grant(servers[key], callers)
        self._network.sessions.replace(held)

    def _want(
        self,
        cohort: Cohort,
        link: Link,
        wanted: dict[int, list[tuple[Station, str, int]]],
        servers: dict[int, Station],
    ) -> None:
        targets = {id(station): station for _, station in link.open if station is not None}
        if not targets:
            return
        seconds = sum(max(each.seconds.values(), default=0.0) for each in targets.values()) / len(targets)
        using = link.rps / len(cohort.stations) * seconds
        count = min(link.dependency.pool, _IDLE + math.ceil(using * _SPARE))
        for key, server in targets.items():
            servers[key] = server
            each_gets = math.ceil(count / len(targets))
            wanted.setdefault(key, []).extend((each, link.dependency.name, each_gets) for each in cohort.stations)

    def _grant(self, server: Station, callers: list[tuple[Station, str, int]]) -> dict[Key, int]:
        left = connection_limit(server.process)
        held: dict[Key, int] = {}
        for station, name, count in sorted(callers, key=_order):
            granted = min(count, left)
            left -= granted
            held[_key(station)] = held.get(_key(station), 0) + granted
            if granted < count:
                self._links.crowded[id(station), name] = 1 - granted / count
        return held

    def unready(self) -> None:
        """Mark the processes that cannot reach a database that they cannot do without."""
        for cohort in self._stations.cohorts:
            program = cohort.first.process.program
            if not any("/readyz" in each.paths for each in program.ports):
                continue
            missing = any(
                each.at_start and each.protocol in _STORES and self._gone(cohort, each.name)
                for each in program.dependencies
            )
            for each in cohort.stations:
                notes = each.process.notes
                if missing:
                    notes["unready"] = 1.0
                elif not notes.get("api"):
                    notes.pop("unready", None)

    def _gone(self, cohort: Cohort, name: str) -> bool:
        link = self._links.of(cohort, name)
        return link is not None and (not link.open or link.crowded > 0.99)


_STORES = frozenset({Protocol.POSTGRES, Protocol.MYSQL, Protocol.MONGODB})


def _order(caller: tuple[Station, str, int]) -> tuple[float, str, str]:
    process = caller[0].process
    return process.started, process.pod, process.container


def _key(station: Station) -> Key:
    return station.process.pod_uid, station.process.container
