"""Sampled traces: single requests walked through the same call graph, with times drawn from the tick's means."""

from __future__ import annotations

from random import Random

from midwatch.lab.core.env import Env
from midwatch.lab.core.spans import Span
from midwatch.lab.network.connection import Connection
from midwatch.lab.traffic.arrivals import Arrival
from midwatch.lab.traffic.curve import draw
from midwatch.lab.traffic.links import Link, Links, call
from midwatch.lab.traffic.load import Load
from midwatch.lab.traffic.model import own_errors
from midwatch.lab.traffic.stations import Station, Stations
from midwatch.lab.world.programs import Operation, Protocol, Use

_TRACES, _SPANS, _DEPTH, _TIMES = 20, 80, 10, 3
_BUDGET = 300
"""Spans in a tick, from which no more traces are begun."""
_SYSTEMS = {
    Protocol.POSTGRES: "postgresql", Protocol.MYSQL: "mysql", Protocol.MONGODB: "mongodb", Protocol.REDIS: "redis",
    Protocol.AMQP: "rabbitmq",
}  # fmt: skip


class Tracing:
    """Samples traces at each tick."""

    def __init__(self, env: Env, links: Links, stations: Stations, load: Load) -> None:
        self._env = env
        self._links = links
        self._stations = stations
        self._load = load
        self._random: Random = env.clock.random("traffic/tracing")
        self._outside: dict[str, float] = {}

    def sample(self, arrivals: list[Arrival]) -> None:
        """Some traces, in proportion to the clients' requests."""
        weights = [each.rps for each in arrivals]
        if not arrivals or sum(weights) <= 0:
            return
        self._outside = {each.host: each.errors for each in self._env.world.externals.values()}
        left = _BUDGET
        for each in self._random.choices(arrivals, weights, k=_TRACES):
            if left <= 0:
                break
            if not each.open or self._random.random() < len(each.shut) / each.ways:
                continue
            _, station = each.open[self._random.randrange(len(each.open))]
            if station is not None:
                left -= self._trace(station, each.operation)

    def _trace(self, station: Station, name: str) -> int:
        walk = _Walk(self._random, self._links, self._stations, self._load, self._outside)
        start = self._env.clock.now - 14.5 + self._random.random() * 10
        walk.serve(station, station.operation(name), "", start, _DEPTH)
        self._env.spans.extend(walk.spans)
        return len(walk.spans)


class _Walk:
    """One trace."""

    def __init__(
        self, random: Random, links: Links, stations: Stations, load: Load, outside: dict[str, float]
    ) -> None:
        self.spans: list[Span] = []
        self._random = random
        self._links = links
        self._stations = stations
        self._load = load
        self._outside = outside
        self._trace = f"{random.getrandbits(128):032x}"

    def serve(
        self, station: Station, operation: Operation, parent: str, start: float, depth: int
    ) -> tuple[float, str]:
        """A server's span with what it calls; returns its seconds and its error."""
        span = self._new_id()
        at = len(self.spans)
        own = draw(max(self._load.own_seconds(station, operation) + station.wait, 0.0002), self._random)
        error = "internal error" if self._random.random() < own_errors(station, operation) else ""
        if not error and self._random.random() > station.served:
            error = "deadline exceeded"
        clock = start + own * 0.5
        if not error and depth > 0:
            clock, error = self._calls(station, operation, span, clock, depth)
        seconds = clock - start + own * 0.5
        self.spans.insert(at, self._span(station, operation.name, "server", span, parent, start, seconds, error))
        return seconds, error

    def _calls(
        self, station: Station, operation: Operation, span: str, clock: float, depth: int
    ) -> tuple[float, str]:
        cohort = self._stations.cohort_of.get(id(station))
        for use in operation.calls:
            link = self._links.of(cohort, use.dependency) if cohort is not None else None
            if link is None:
                continue
            for _ in range(self._count(use)):
                if len(self.spans) >= _SPANS:
                    return clock, ""
                seconds, error = self._call(station, link, use, span, clock, depth)
                clock += seconds
                if error and use.critical:
                    return clock, error
        return clock, ""

    def _count(self, use: Use) -> int:
        return min(int(use.times + self._random.random()), _TIMES)

    def _call(
        self, station: Station, link: Link, use: Use, parent: str, start: float, depth: int
    ) -> tuple[float, str]:
        """A client's span, and the server's below it when there is one."""
        span, at = self._new_id(), len(self.spans)
        index = self._random.randrange(max(link.ways, 1))
        connection, target = link.open[index] if index < len(link.open) else (None, None)
        if connection is None:
            seconds, error = call(link, use.operation, self._outside).seconds, _said(link)
            seconds = draw(max(seconds, 0.0005), self._random)
        elif target is None or target.protocol is not None:
            seconds, error = self._leaf(link, connection, target, use)
        else:
            way = connection.seconds + self._random.random() * connection.jitter
            name = target.operation(use.operation)
            taken, error = self.serve(target, name, span, start + way / 2, depth - 1)
            seconds = taken + way
        timeout = link.dependency.timeout
        if seconds > timeout:
            seconds, error = timeout, "context deadline exceeded"
        made = self._span(
            station, use.operation or link.dependency.name, "client", span, parent, start, seconds, error
        )
        self.spans.insert(at, _peered(made, link))
        return seconds, error

    def _leaf(self, link: Link, connection: Connection, target: Station | None, use: Use) -> tuple[float, str]:
        """A call to what makes no spans: a database, an outside host."""
        theirs = target.seconds.get(target.operation(use.operation).name, 0.0) if target is not None else 0.0
        wrong = target.errors.get(target.operation(use.operation).name, 0.0) if target is not None else 0.0
        if target is None:
            wrong = self._outside.get(connection.external, 0.0)
        seconds = draw(max(connection.seconds + connection.jitter / 2 + theirs, 0.0003), self._random)
        failed = self._random.random() < max(wrong, link.crowded)
        return seconds, "internal error" if failed else ""

    def _span(
        self,
        station: Station,
        name: str,
        kind: str,
        span: str,
        parent: str,
        start: float,
        seconds: float,
        error: str,
    ) -> Span:
        process = station.process
        return Span(
            self._trace, span, parent, station.name, process.namespace, process.pod, process.node,
            name or "request", kind, start, seconds, error,
        )  # fmt: skip

    def _new_id(self) -> str:
        return f"{self._random.getrandbits(64):016x}"


def _peered(span: Span, link: Link) -> Span:
    system = _SYSTEMS.get(link.dependency.protocol)
    attributes = (("db.system", system),) if system else ()
    return Span(
        span.trace, span.span, span.parent, span.service, span.namespace, span.pod, span.node, span.operation,
        span.kind, span.start, span.seconds, span.error, link.dependency.name, attributes,
    )  # fmt: skip


def _said(link: Link) -> str:
    return str(link.shut[0].failure) if link.shut else "unavailable"
