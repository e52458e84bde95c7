"""Calls of one cohort to one dependency: to whom they go, and what becomes of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from midwatch.lab.core.env import Env
from midwatch.lab.network.connection import Connection, Failure
from midwatch.lab.network.network import Network
from midwatch.lab.traffic.curve import lost_in_time, retransmission, share_over
from midwatch.lab.traffic.stations import Cohort, Station, Stations
from midwatch.lab.world.programs import Dependency, Protocol

WRITES = frozenset(
    {"write", "insert", "update", "save", "set", "publish", "create", "put", "push", "delete", "add"}
)
_SILENT = frozenset({Failure.TIMEOUT, Failure.DNS_TIMEOUT, Failure.NO_ROUTE})
_QUICK = 0.002
ERRORS_WHEN_FULL = 0.6
"""The share of requests to a database that write, when its operations do not tell."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A share of calls that fail in one way. Without a connection the callee itself answered with an error."""

    share: float
    why: str
    connection: Connection | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """What comes of the calls on average."""

    seconds: float
    errors: float
    failed: tuple[Failed, ...] = ()


@dataclass(eq=False, slots=True)
class Link:
    """The ways of the calls, each equally likely: those that arrive at a station, and those that fail."""

    dependency: Dependency
    open: list[tuple[Connection, Station | None]] = field(
        default_factory=list[tuple[Connection, "Station | None"]]
    )
    shut: list[Connection] = field(default_factory=list[Connection])
    crowded: float = 0.0
    rps: float = 0.0

    @property
    def ways(self) -> int:
        """How many."""
        return len(self.open) + len(self.shut)


LinkKey: TypeAlias = tuple[int, str]


class Links:
    """The links of this tick, made when first asked for."""

    def __init__(self, env: Env, network: Network, stations: Stations) -> None:
        self._env = env
        self._network = network
        self._stations = stations
        self._links: dict[LinkKey, Link] = {}
        self.crowded: dict[tuple[int, str], float] = {}

    def begin(self) -> None:
        """Forget those of the last tick."""
        self._links.clear()

    def all(self) -> list[tuple[LinkKey, Link]]:
        """Those asked for in this tick; the key holds the identity of the cohort."""
        return list(self._links.items())

    def of(self, cohort: Cohort, name: str) -> Link | None:
        """The link of a cohort to a dependency; None when its program has no such dependency."""
        key = id(cohort), name
        known = self._links.get(key)
        if known is None:
            dependency = cohort.first.process.program.dependency(name)
            if dependency is None:
                return None
            known = self._links[key] = self._make(cohort, dependency)
        return known

    def _make(self, cohort: Cohort, dependency: Dependency) -> Link:
        source, link = cohort.first.process, Link(dependency)
        address = self._network.address_of(source, dependency)
        for aimed in self._network.paths_of(cohort.first.party, address):
            found = self._network.accepted(source, dependency, aimed, crowded=False)
            if found.failure is not None and found.failure is not Failure.DISK_FULL:
                link.shut.append(found)
            else:
                station = self._stations.of(found.process) if found.process is not None else None
                link.open.append((found, station))
        link.crowded = max(
            (self.crowded.get((id(each), dependency.name), 0.0) for each in cohort.stations), default=0
        )
        return link


def call(link: Link, operation: str, errors_outside: dict[str, float]) -> Called:
    """What becomes of one call through a link to an operation."""
    failed: dict[str, Failed] = {}
    seconds = errors = 0.0
    share = 1 / max(link.ways, 1)
    for connection in link.shut:
        silent = connection.failure in _SILENT
        seconds += share * (link.dependency.timeout if silent else _QUICK)
        errors += share
        _note(failed, Failed(share, str(connection.failure), connection))
    for connection, station in link.open:
        taken, wrong = _through(link, connection, station, operation, errors_outside)
        seconds += share * taken
        errors += share * sum(each.share for each in wrong)
        for each in wrong:
            _note(failed, Failed(each.share * share, each.why, each.connection))
    if link.crowded:
        _note(failed, Failed(link.crowded, "crowded"))
        errors = 1 - (1 - errors) * (1 - link.crowded)
    return Called(seconds, min(errors, 1.0), tuple(failed.values()))


def _note(failed: dict[str, Failed], one: Failed) -> None:
    known = failed.get(one.why)
    failed[one.why] = one if known is None else Failed(known.share + one.share, one.why, known.connection)


def _through(
    link: Link, connection: Connection, station: Station | None, operation: str, outside: dict[str, float]
) -> tuple[float, list[Failed]]:
    way = connection.seconds + connection.jitter / 2
    timeout = link.dependency.timeout
    theirs = wrong = 0.0
    if station is not None:
        name = station.operation(operation).name
        theirs, wrong = station.seconds.get(name, 0.0), station.errors.get(name, 0.0)
    elif connection.external:
        wrong = outside.get(connection.external, 0.0)
    late = 1 - (1 - share_over(way + theirs, timeout)) * (1 - lost_in_time(connection.loss, timeout))
    found: list[Failed] = []
    if late > 0.0005:
        found.append(Failed(late, "late", connection))
    if wrong > 0:
        found.append(Failed(wrong * (1 - late), "answered", connection))
    if connection.failure is Failure.DISK_FULL:
        found.append(Failed(_writes(operation) * (1 - late) * (1 - wrong), "disk full", connection))
    return min(way + theirs + retransmission(connection.loss), timeout), found


def _writes(operation: str) -> float:
    words = operation.lower().replace("-", " ").replace("_", " ").split()
    if any(each in WRITES for each in words):
        return 1.0
    return 0.0 if words and words[0] in ("read", "get", "select", "list", "find") else ERRORS_WHEN_FULL


def is_database(protocol: Protocol) -> bool:
    """Whether connections to it are pooled and counted."""
    return protocol in (Protocol.POSTGRES, Protocol.MYSQL, Protocol.MONGODB, Protocol.REDIS, Protocol.AMQP)
