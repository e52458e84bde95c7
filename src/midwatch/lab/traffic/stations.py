"""Processes as stations that requests pass through."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from midwatch.lab.core.env import Env
from midwatch.lab.core.metrics import Labels
from midwatch.lab.core.runtime import Phase, Process
from midwatch.lab.network.accounts import server_protocol
from midwatch.lab.network.address import expand
from midwatch.lab.network.network import Network
from midwatch.lab.network.parties import Party
from midwatch.lab.traffic.effects import Effects
from midwatch.lab.world.programs import Effect, Operation, Protocol

PLAIN = Operation("", 0.001, 0.0005)
"""What a program without declared operations does on request."""


@dataclass
class Totals:
    """What a container has used since it started (counters of cAdvisor)."""

    cpu: float = 0.0
    periods: float = 0.0
    throttled: float = 0.0
    received: float = 0.0
    sent: float = 0.0
    packets: float = 0.0
    dropped: float = 0.0
    retransmits: float = 0.0
    written: float = 0.0


@dataclass(eq=False, slots=True)
class Station:
    """One process and its state in this tick. Dictionaries are by operation; shares are 0..1, times seconds.

    `seconds` includes calls. `served` is the share of requests that it has the capacity for, `wait` what each
    waits before it is served, `slow` how many times as long everything takes, `busy` how many are being served.
    """

    process: Process
    party: Party
    same: Hashable
    protocol: Protocol | None
    effects: tuple[Effect, ...] = ()
    rps: dict[str, float] = field(default_factory=dict[str, float])
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    errors: dict[str, float] = field(default_factory=dict[str, float])
    total_rps: float = 0.0
    total_errors: float = 0.0
    demand: float = 0.0
    served: float = 1.0
    wait: float = 0.0
    slow: float = 1.0
    busy: float = 0.0
    stress: float = 0.0
    held: float = 0.0
    disk: float = 1.0
    loss: float = 0.0
    exits: set[Effect] = field(default_factory=set[Effect])
    totals: Totals = field(default_factory=Totals)
    series: tuple[Labels, Labels] | None = None

    @property
    def name(self) -> str:
        """The name of its workload."""
        workload = self.party.workload
        return workload.name if workload is not None else self.process.pod

    def operation(self, name: str) -> Operation:
        """What it does when asked for an operation."""
        found = self.process.program.operation(name) or self.process.program.operation("")
        return found if found is not None else PLAIN


@dataclass(eq=False, slots=True)
class Cohort:
    """Processes of one workload that see the same network with the same settings: one speaks for all."""

    stations: list[Station]

    @property
    def first(self) -> Station:
        """Who speaks."""
        return self.stations[0]


class Stations:
    """All processes that are alive."""

    def __init__(self, env: Env, network: Network, effects: Effects) -> None:
        self._env = env
        self._network = network
        self._effects = effects
        self.all: dict[int, Station] = {}
        self.cohorts: list[Cohort] = []
        self.cohort_of: dict[int, Cohort] = {}

    def of(self, process: Process) -> Station | None:
        """The station of a process."""
        return self.all.get(id(process))

    def look(self) -> None:
        """Take in who is alive now, with the effects on them."""
        alive = [each for each in self._env.runtime.processes.values() if each.phase is not Phase.EXITED]
        self.all = {id(each): self.all.get(id(each)) or self._new(each) for each in alive}
        groups: dict[Hashable, list[Station]] = {}
        for each in self.all.values():
            self._begin(each)
            if each.process.phase is Phase.RUNNING:
                groups.setdefault((each.same, self._network.view(each.process)), []).append(each)
        self.cohorts = [Cohort(each) for each in groups.values()]
        self.cohort_of = {id(each): cohort for cohort in self.cohorts for each in cohort.stations}

    def _new(self, process: Process) -> Station:
        program = process.program
        party = self._network.parties.of(process)
        values = process.environment
        needs = tuple(
            expand(text, values)
            for each in program.dependencies
            for text in (each.address, each.user, each.password, each.database)
        )
        same = (party.workload, process.container, process.image, id(program), needs)
        station = Station(process, party, same, server_protocol(process))
        if station.protocol is not None:
            self._network.accounts.remember(process)
        return station

    def _begin(self, station: Station) -> None:
        station.party = self._network.parties.of(station.process)
        station.effects = self._effects.of(station.process, station.party)
        station.rps = {}
        station.total_rps = station.total_errors = station.loss = 0.0


def running(stations: Iterable[Station]) -> list[Station]:
    """Those that serve."""
    return [each for each in stations if each.process.phase is Phase.RUNNING]
