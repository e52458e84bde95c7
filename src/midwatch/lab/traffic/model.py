"""One tick of the fluid: requests flow forward over the call graph, times and errors flow back."""

from __future__ import annotations

from dataclasses import dataclass, field

from midwatch.lab.core.env import Env
from midwatch.lab.network.connection import Connection
from midwatch.lab.network.network import Network
from midwatch.lab.traffic.arrivals import Arrival
from midwatch.lab.traffic.curve import share_over
from midwatch.lab.traffic.links import Called, Link, Links, call
from midwatch.lab.traffic.load import Load
from midwatch.lab.traffic.stations import Cohort, Station, Stations
from midwatch.lab.world.programs import Operation, Use

_ROUNDS, _LEAST = 16, 0.001
"""How far requests are followed (a call graph may have cycles), and the rate that is too small to follow."""
PATIENCE = 5.0
"""Seconds that a client outside waits."""


@dataclass(frozen=True, slots=True)
class Done:
    """What an operation of a cohort came to: its calls' time, the share that they let fail, and each call."""

    seconds: float
    errors: float
    calls: tuple[tuple[Use, Called], ...] = ()


@dataclass(slots=True)
class Node:
    """An operation of a cohort, with the requests for it per second."""

    cohort: Cohort
    operation: Operation
    rps: float = 0.0


@dataclass(slots=True)
class Flow:
    """What flowed in a tick: nodes in the order in which they were last met, and what came of them."""

    nodes: dict[tuple[int, str], Node] = field(default_factory=dict[tuple[int, str], Node])
    done: dict[tuple[int, str], Done] = field(default_factory=dict[tuple[int, str], Done])
    edges: dict[tuple[int, str, str, str], float] = field(default_factory=dict[tuple[int, str, str, str], float])


class Model:
    """Solves a tick. Shares that depend on what comes later (errors of callees) are those of the tick before."""

    def __init__(self, env: Env, network: Network, stations: Stations, links: Links, load: Load) -> None:
        self._env = env
        self._network = network
        self._stations = stations
        self._links = links
        self._load = load
        self._failing: dict[tuple[object, str, str], float] = {}

    def solve(self, arrivals: list[Arrival]) -> Flow:
        """Let requests arrive and see what becomes of them."""
        flow = Flow()
        self._forward(flow, arrivals)
        self._load.settle(self._stations)
        self._back(flow)
        return flow

    def _forward(self, flow: Flow, arrivals: list[Arrival]) -> None:
        wave: dict[tuple[int, str], Node] = {}
        for each in arrivals:
            for connection, station in each.open:
                self._arrive(wave, station, each.operation, each.rps / each.ways)
                if connection.via is not None:
                    self._controller(connection, each.rps / each.ways)
            for connection in each.shut:
                if connection.via is not None:
                    self._controller(connection, each.rps / each.ways)
        for _ in range(_ROUNDS):
            following: dict[tuple[int, str], Node] = {}
            for key, node in wave.items():
                known = flow.nodes.pop(key, None) or Node(node.cohort, node.operation)
                known.rps += node.rps
                flow.nodes[key] = known
                self._calls(flow, node, following)
            wave = following
            if not wave:
                break

    def _controller(self, connection: Connection, rps: float) -> None:
        station = self._stations.of(connection.via) if connection.via is not None else None
        if station is not None:
            station.rps[""] = station.rps.get("", 0.0) + rps
            station.total_rps += rps

    def _arrive(self, wave: dict[tuple[int, str], Node], station: Station | None, name: str, rps: float) -> None:
        cohort = self._stations.cohort_of.get(id(station)) if station is not None else None
        if station is None or cohort is None or rps < _LEAST / 10:
            return
        operation = station.operation(name)
        station.rps[operation.name] = station.rps.get(operation.name, 0.0) + rps
        station.total_rps += rps
        node = wave.setdefault((id(cohort), operation.name), Node(cohort, operation))
        node.rps += rps

    def _calls(self, flow: Flow, node: Node, following: dict[tuple[int, str], Node]) -> None:
        going = node.rps * (1 - own_errors(node.cohort.first, node.operation)) * node.cohort.first.served
        for use in node.operation.calls:
            link = self._links.of(node.cohort, use.dependency)
            rps = going * use.times
            if link is None or rps < _LEAST:
                continue
            key = id(node.cohort), node.operation.name, use.dependency, use.operation
            flow.edges[key] = flow.edges.get(key, 0.0) + rps
            link.rps += rps
            share = rps * (1 - link.crowded) / max(link.ways, 1)
            for _, station in link.open:
                self._arrive(following, station, use.operation, share)
            if use.critical:
                going *= 1 - self._failing.get((node.cohort.first.same, use.dependency, use.operation), 0.0)

    def _back(self, flow: Flow) -> None:
        outside = {each.host: each.errors for each in self._env.world.externals.values()}
        for key, node in reversed(flow.nodes.items()):
            done = self._follow(node, outside)
            flow.done[key] = done
            for each in node.cohort.stations:
                self._finish(each, node.operation, done)

    def _follow(self, node: Node, outside: dict[str, float]) -> Done:
        seconds, fine = 0.0, 1.0
        calls: list[tuple[Use, Called]] = []
        for use in node.operation.calls:
            link = self._links.of(node.cohort, use.dependency)
            if link is None:
                continue
            called = self._call(node, link, use, outside)
            calls.append((use, called))
            seconds += fine * use.times * called.seconds
            failing = 1 - (1 - called.errors) ** use.times
            self._failing[node.cohort.first.same, use.dependency, use.operation] = failing
            if use.critical:
                fine *= 1 - failing
        return Done(seconds, 1 - fine, tuple(calls))

    def _call(self, node: Node, link: Link, use: Use, outside: dict[str, float]) -> Called:
        called = call(link, use.operation, outside)
        running = link.rps / len(node.cohort.stations) * called.seconds
        if running > link.dependency.pool:
            wait = min((running / link.dependency.pool - 1) * called.seconds, link.dependency.timeout)
            called = Called(called.seconds + wait, called.errors, called.failed)
        return called

    def _finish(self, station: Station, operation: Operation, done: Done) -> None:
        own = self._load.own_seconds(station, operation)
        workers = max(station.process.program.workers, 1)
        station.busy += station.rps.get(operation.name, 0.0) * (own + done.seconds)
        running = station.busy
        wait, served = station.wait, station.served
        if running > workers:
            served = min(served, workers / running)
            wait = max(wait, min((running / workers - 1) * (own + done.seconds), PATIENCE))
        station.served, station.wait = served, wait
        total = own + done.seconds + wait
        overdue = share_over(total, PATIENCE * 2)
        fine = (1 - own_errors(station, operation)) * (1 - done.errors) * served * (1 - overdue)
        station.seconds[operation.name] = total
        station.errors[operation.name] = 1 - fine
        station.total_errors += station.rps.get(operation.name, 0.0) * (1 - fine)


def own_errors(station: Station, operation: Operation) -> float:
    """The share of requests for an operation that a process fails by itself."""
    fine = 1 - operation.errors
    for each in station.effects:
        if each.operation in ("", operation.name):
            fine *= 1 - each.errors
    return 1 - fine
