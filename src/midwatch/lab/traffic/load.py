"""CPU: what processes demand, what their limits and nodes leave them, and how much slower that makes them.

A container at its limit is throttled for the rest of each period of 100 ms (Linux' CFS bandwidth control); on a
node with more demand than cores everybody waits.
"""

from __future__ import annotations

from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import NODE
from midwatch.lab.core.objects import name_of
from midwatch.lab.traffic.capacity import capacity
from midwatch.lab.traffic.effects import Effects
from midwatch.lab.traffic.stations import Station, Stations
from midwatch.lab.world.disturbances import CpuStress, DiskSlow, MemoryStress
from midwatch.lab.world.programs import Operation

_CORES = 4.0
_PERIOD = 0.1
_QUEUE = 3.0
"""Seconds that a request waits at most in the queue of an overloaded process before everybody has given up."""


class Load:
    """Who uses how much CPU, and how slow it makes them."""

    def __init__(self, env: Env, effects: Effects) -> None:
        self._env = env
        self._effects = effects
        self.cores: dict[str, float] = {}
        self.used: dict[str, float] = {}

    def settle(self, stations: Stations) -> None:
        """Work out everybody's CPU from the requests that arrived."""
        self.cores = {name_of(each): capacity(each, "cpu", _CORES) for each in self._env.store.list(NODE)}
        wanted: dict[str, float] = {}
        for each in stations.all.values():
            self._demand(each)
            wanted[each.process.node] = wanted.get(each.process.node, 0.0) + min(each.demand, _limit(each))
        self.used = {}
        crowding: dict[str, float] = {}
        for node, demand in wanted.items():
            stress = sum(each.cores for each in self._effects.on_node(node) if isinstance(each, CpuStress))
            cores = self.cores.get(node, _CORES)
            crowding[node] = (demand + stress) / cores
            self.used[node] = min(demand + stress, cores)
        for each in stations.all.values():
            _settle(each, crowding[each.process.node])

    def _demand(self, station: Station) -> None:
        program = station.process.program
        factor = 1.0
        for effect in station.effects:
            factor *= effect.cpu
        station.stress = station.held = 0.0
        station.disk = 1.0
        for each in self._effects.disturbances(station.party):
            if isinstance(each, CpuStress):
                station.stress += each.cores
            elif isinstance(each, MemoryStress):
                station.held += each.bytes
            elif isinstance(each, DiskSlow):
                station.disk *= each.factor
        for each in self._effects.on_node(station.process.node):
            if isinstance(each, DiskSlow):
                station.disk *= each.factor
        work = sum(rps * station.operation(name).cpu for name, rps in station.rps.items())
        idle = program.idle_cpu * (max(factor, 1.0) if not station.rps else 1.0)
        station.demand = idle + work * factor + station.stress

    def own_seconds(self, station: Station, operation: Operation) -> float:
        """The time of an operation in the process itself."""
        writes = any(each.writes for each in station.process.program.files)
        seconds = operation.seconds * (station.disk if writes else 1.0)
        for each in station.effects:
            if each.operation in ("", operation.name):
                seconds += each.seconds
        return seconds + operation.seconds * (station.slow - 1) + station.process.throttled * _PERIOD / 2


def _limit(station: Station) -> float:
    return station.process.cpu_limit or float("inf")


def _settle(station: Station, crowding: float) -> None:
    process, limit = station.process, _limit(station)
    use = station.demand / limit
    process.throttled = min(max((use - 0.6) / 0.4, 0.0) ** 2, 1.0) * 0.98
    tight = min(use, 0.95)
    full = min(crowding, 0.95)
    station.slow = max(crowding, 1.0) / ((1 - tight**3) * (1 - full**4))
    station.served = min(1.0, 1 / use if use > 1 else 1.0) / max(crowding, 1.0)
    station.served = max(station.served, 0.02)
    process.cpu = min(station.demand, limit) / max(crowding, 1.0)
    throughput = station.total_rps * station.served
    waiting = process.program.workers / throughput if throughput > 0 else 0.0
    station.wait = min(waiting, _QUEUE) if station.served < 1 and throughput > 0 else 0.0
    station.busy = 0.0
