"""What load and defects do to processes: memory, the kernel's out-of-memory killer, exits, notes for probes."""

from __future__ import annotations

from random import Random

from midwatch.lab.core.env import Env
from midwatch.lab.core.runtime import Phase, Process
from midwatch.lab.network.network import Network
from midwatch.lab.traffic.effects import Effects
from midwatch.lab.traffic.stations import Station, Stations
from midwatch.lab.world.programs import Effect
from midwatch.lab.world.style import format_line

_PER_REQUEST = 64 * 1024.0
_HANGS = 30.0
KILLED, OOM = 137, "OOMKilled"


class Wear:
    """Wears processes out."""

    def __init__(self, env: Env, network: Network, effects: Effects) -> None:
        self._env = env
        self._network = network
        self._effects = effects
        self._random: Random = env.clock.random("traffic/wear")
        env.runtime.observe(self._started)

    def apply(self, stations: Stations, seconds: float) -> None:
        """Let so many seconds of this tick's load act."""
        for each in list(stations.all.values()):
            self._memory(each, seconds)
            self._notes(each)
            for effect in each.effects:
                self._consider(each, effect)

    def _consider(self, station: Station, effect: Effect) -> None:
        """A bad release ends by itself (its kubelet sees to it); flags and defects may come later."""
        if effect.exits is None or effect is station.process.program.defect or effect in station.exits:
            return
        station.exits.add(effect)
        self._schedule(station.process, effect)

    def _memory(self, station: Station, seconds: float) -> None:
        process, program = station.process, station.process.program
        process.leaked += sum(each.leak for each in station.effects) * seconds
        wanted = program.memory + program.memory_per_rps * station.total_rps + station.busy * _PER_REQUEST
        wanted = wanted * (1 + self._random.uniform(-0.01, 0.01)) + process.leaked + station.held
        if process.phase is Phase.STARTING:
            wanted *= 0.8
        limit = process.memory_limit
        process.memory = wanted if limit is None else min(wanted, limit)
        if limit is not None and wanted > limit:
            self._env.runtime.end(process, KILLED, OOM)

    @staticmethod
    def _notes(station: Station) -> None:
        """A health endpoint waits as long as requests do; what hangs answers nothing at all."""
        process = station.process
        hangs = sum(each.seconds for each in station.effects if each.seconds >= _HANGS and not each.operation)
        process.notes["latency"] = 0.002 * station.slow + station.wait + process.throttled * 0.05 + hangs

    def _started(self, process: Process) -> None:
        """A flag that makes a process exit does so on time, not at the next tick."""
        if process.program.flags:
            self._env.clock.after(0.0, lambda: self._watch(process))

    def _watch(self, process: Process) -> None:
        for each in self._effects.of(process, self._network.parties.of(process)):
            if each.exits is not None:
                self._schedule(process, each, since=process.started)

    def _schedule(self, process: Process, effect: Effect, *, since: float | None = None) -> None:
        when = (self._env.clock.now if since is None else since) + effect.after
        self._env.clock.at(when, lambda: self._exit(process, effect))

    def _exit(self, process: Process, effect: Effect) -> None:
        known = self._env.runtime.processes.get((process.pod_uid, process.container))
        if known is not process or process.phase is Phase.EXITED or effect.exits is None:
            return
        if effect not in self._effects.of(process, self._network.parties.of(process)):
            return
        for line in last_words(process, effect, self._env.clock.now):
            self._env.runtime.log(process, self._env.clock.now, line)
        self._env.runtime.end(process, effect.exits, "Error" if effect.exits else "Completed")


def last_words(process: Process, effect: Effect, at: float) -> list[str]:
    """What a process writes before it exits: Go's panics come raw, with the stack."""
    text = effect.log or "fatal error, exiting"
    if text.startswith("panic:"):
        path = f"/src/{process.program.name}/main.go"
        return [text, "", "goroutine 1 [running]:", "main.main()", f"\t{path}:87 +0x1d4"]
    if text.startswith(("Traceback", "Exception in thread", "fatal error:", "java.lang.")):
        return text.splitlines()
    return [
        format_line(process.program.style, at, "fatal", process.program.name, each) for each in text.splitlines()
    ]
