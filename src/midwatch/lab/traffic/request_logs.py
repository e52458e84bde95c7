"""What programs log of requests: a few of all that they serve, those that fail, and those that take long."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from midwatch.lab.core.env import Env
from midwatch.lab.core.runtime import Process
from midwatch.lab.network.connection import Connection, Failure
from midwatch.lab.network.network import Network
from midwatch.lab.traffic.access_logs import access_line, ingress_error, ingress_line
from midwatch.lab.traffic.arrivals import Arrival
from midwatch.lab.traffic.curve import draw
from midwatch.lab.traffic.links import Failed
from midwatch.lab.traffic.model import Flow, Node, own_errors
from midwatch.lab.traffic.stations import Station
from midwatch.lab.world.programs import Dependency, LogStyle, Use
from midwatch.lab.world.style import format_line

_FAILURES, _SLOW = 2, 1.0
"""Lines for each way of failing, in one tick of one process; seconds from which a request counts as slow."""


class RequestLogs:
    """Writes the logs of servers of requests."""

    def __init__(self, env: Env, network: Network) -> None:
        self._env = env
        self._network = network
        self._random: Random = env.clock.random("traffic/logs")
        self._lines: dict[int, tuple[Process, list[tuple[float, str]]]] = {}

    def write(self, flow: Flow, seconds: float) -> None:
        """Log this tick's requests, in the order in which they happened."""
        for key, node in flow.nodes.items():
            calls = flow.done[key].calls
            for station in node.cohort.stations:
                count = station.rps.get(node.operation.name, 0.0) * seconds
                if count > 0 and station.protocol is None:
                    self._station(
                        node, station, count, [(use, each) for use, made in calls for each in made.failed]
                    )
        self._flush()

    def _say(self, process: Process, at: float, text: str) -> None:
        self._lines.setdefault(id(process), (process, []))[1].append((at, text))

    def _flush(self) -> None:
        """Write what was said in this tick, each process' lines in the order of their times."""
        for process, lines in self._lines.values():
            for at, text in sorted(lines):
                self._env.runtime.log(process, at, text)
        self._lines.clear()

    def _station(self, node: Node, station: Station, count: float, failed: list[tuple[Use, Failed]]) -> None:
        process, name = station.process, node.operation.name
        lines: list[tuple[float, str]] = []
        for use, each in failed:
            dependency = process.program.dependency(use.dependency)
            if dependency is not None:
                for at in self._times(count * each.share * use.times):
                    text = self._complaint(process, dependency, each, at)
                    lines += [(at, text)] if text else []
        lines += self._own(station, node, count)
        wrong = station.errors.get(name, 0.0)
        taken = station.seconds.get(name, 0.0)
        for status, share in ((_status(process, failed), wrong), (200, 1 - wrong)):
            for at in self._times(count * share, most=1):
                lines.append((at, access_line(process, at, name, status, draw(taken, self._random), self._random)))
        if taken > _SLOW:
            lines += [(at, self._slow(process, at, name, taken)) for at in self._times(count, most=1)]
        for at, text in lines:
            self._say(process, at, text)

    def _times(self, expected: float, most: int = _FAILURES) -> list[float]:
        """When some of so many things happened in the tick that ends now; rare ones happen now and then."""
        count = most if expected >= most else int(expected + self._random.random())
        return sorted(self._env.clock.now - self._random.random() * 14 for _ in range(count))

    def _complaint(self, process: Process, dependency: Dependency, failed: Failed, at: float) -> str:
        connection = failed.connection or Connection(dependency.name, 0)
        if failed.why == "late":
            connection = replace(connection, failure=Failure.TIMEOUT, process=process)
        elif failed.why == "answered":
            connection = replace(connection, failure=Failure.SERVER_ERROR)
        elif failed.why == "crowded":
            crowded = next((each for each in self._ways(process, dependency) if each.failure is None), connection)
            connection = replace(crowded, failure=Failure.TOO_MANY)
        return self._network.complaint(process, dependency, connection, at)

    def _ways(self, process: Process, dependency: Dependency) -> tuple[Connection, ...]:
        address = self._network.address_of(process, dependency)
        return self._network.paths_of(self._network.parties.of(process), address)

    def _own(self, station: Station, node: Node, count: float) -> list[tuple[float, str]]:
        """Failures of the program itself, in the words of what is wrong with it."""
        process, operation = station.process, node.operation
        found: list[tuple[float, str]] = []
        for each in station.effects:
            if each.errors and each.operation in ("", operation.name):
                text = each.log or "internal error"
                for at in self._times(count * each.errors):
                    line = format_line(
                        process.program.style, at, "error", process.program.name, text, operation=operation.name
                    )
                    found.append((at, line))
        if not found and own_errors(station, operation) > 0:
            for at in self._times(count * operation.errors, most=1):
                text = "request failed: internal error"
                found.append((at, format_line(process.program.style, at, "error", process.program.name, text)))
        return found

    def _slow(self, process: Process, at: float, name: str, taken: float) -> str:
        milliseconds = int(draw(taken, self._random) * 1000)
        return format_line(
            process.program.style, at, "warning", process.program.name, "slow request",
            operation=name, duration_ms=milliseconds,
        )  # fmt: skip

    def arrivals(self, arrivals: list[Arrival], seconds: float) -> None:
        """Log what ingress controllers saw of clients' requests."""
        for each in arrivals:
            count = each.rps * seconds / each.ways
            for connection, station in each.open:
                if connection.via is not None and station is not None:
                    name = station.operation(each.operation).name
                    wrong, taken = station.errors.get(name, 0.0), station.seconds.get(name, 0.0)
                    self._ingress(connection, each, 200, count * (1 - wrong), taken)
                    self._ingress(connection, each, 500, count * wrong, taken)
            for connection in each.shut:
                if connection.via is not None and connection.failure is not Failure.TLS:
                    self._shut(connection, each, count)
        self._flush()

    def _ingress(self, connection: Connection, arrival: Arrival, status: int, count: float, taken: float) -> None:
        for at in self._times(count, most=1):
            line = ingress_line(connection, arrival.client, at, status, draw(taken, self._random), self._random)
            if connection.via is not None:
                self._say(connection.via, at, line)

    def _shut(self, connection: Connection, arrival: Arrival, count: float) -> None:
        codes = {Failure.NOT_FOUND: 404, Failure.UNAVAILABLE: 503, Failure.TIMEOUT: 504}
        status = codes.get(connection.failure or Failure.REFUSED, 502)
        for at in self._times(count):
            error = ingress_error(connection, arrival.client, at)
            if connection.via is not None:
                if error:
                    self._say(connection.via, at, error)
                taken = 5.0 if status == 504 else 0.001
                line = ingress_line(connection, arrival.client, at, status, taken, self._random)
                self._say(connection.via, at, line)


def _status(process: Process, failed: list[tuple[Use, Failed]]) -> int:
    """The status of requests that fail; nginx tells how its upstream failed."""
    if process.program.style is not LogStyle.NGINX or not failed:
        return 500
    worst = max((each for _, each in failed), key=lambda each: each.share)
    silent = worst.connection is not None and worst.connection.failure is Failure.TIMEOUT
    return 504 if worst.why == "late" or silent else 500 if worst.why == "answered" else 502
