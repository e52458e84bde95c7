"""How a program starts: it looks for what it needs, waits for others, binds its ports, serves, or gives up.

This is the application's doing, not the kubelet's: it goes on while the kubelet is stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from midwatch.lab.core.env import Env
from midwatch.lab.core.runtime import Phase, Process
from midwatch.lab.kubelet import logs
from midwatch.lab.kubelet.needs import port_number, problem
from midwatch.lab.kubelet.peers import Network
from midwatch.lab.world.programs import Dependency, Effect, Lifetime

_ATTEMPTS, _PAUSE = 8, 2.0
_GIVES_UP = 0.25  # seconds until a program has noticed that something is missing


@dataclass
class Start:
    """One start of one process, step by step."""

    env: Env
    network: Network
    process: Process
    broken: str = ""

    def begin(self, cannot_write: Callable[[str], str]) -> None:
        """The first instructions. `cannot_write` says why a path cannot be written to."""
        if self.broken == "exec-format":
            path = self.process.arguments[0]
            self.say_plain(f"exec {path}: exec format error")
            self.end(255)
            return
        if self.broken == "segfault":
            self.say_plain("Segmentation fault (core dumped)")
            self.later(0.4, lambda: self.end(139))
            return
        self.process.cpu = max(self.process.program.idle_cpu, 0.05)
        self.process.memory = self.process.program.memory * 0.5
        self.say("info", logs.greeting(self.process.program))
        found = problem(self.process, cannot_write)
        if found:
            self.later(_GIVES_UP, lambda: self.give_up(found))
            return
        self.watch_defect()
        waits = [each for each in self.process.program.dependencies if each.at_start]
        if waits:
            self.later(self.process.program.start * 0.4, lambda: self.reach(waits, 1))
        else:
            self.later(self.process.program.start, self.serve)

    @property
    def over(self) -> bool:
        """Whether the process has ended meanwhile."""
        return self.process.phase is Phase.EXITED

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        """Do something after some seconds, unless the process has ended by then."""
        self.env.clock.after(seconds, lambda: None if self.over else call())

    def say(self, level: str, message: str) -> None:
        """Write a line in the program's style."""
        now = self.env.clock.now
        self.env.runtime.log(self.process, now, logs.line(self.process, now, level, message))

    def say_plain(self, text: str) -> None:
        """Write what is not the program's own words."""
        self.env.runtime.log(self.process, self.env.clock.now, text)

    def end(self, code: int) -> None:
        """Exit."""
        self.env.runtime.end(self.process, code, "Error" if code else "Completed")

    def give_up(self, message: str) -> None:
        """Say why, and exit with 1."""
        self.say("fatal", message)
        self.end(1)

    def reach(self, waits: list[Dependency], attempt: int) -> None:
        """Connect to what must be there at the start; try a few times."""
        for each in waits:
            connection = self.network.check(self.process, each)
            if connection.failure is None:
                continue
            why = self.network.complaint(self.process, each, connection)
            self.say_plain(why)
            if attempt >= _ATTEMPTS:
                self.give_up(logs.gave_up(each.name, attempt))
                return
            self.say("warning", logs.retrying(each.name, _PAUSE))
            slow = each.timeout if "time" in str(connection.failure) else 0.0
            self.later(_PAUSE + slow, lambda: self.reach(waits, attempt + 1))
            return
        self.later(self.process.program.start * 0.6, self.serve)

    def serve(self) -> None:
        """Bind the ports and answer from now on."""
        process, program = self.process, self.process.program
        process.memory, process.cpu = program.memory, program.idle_cpu
        if process.memory_limit is not None and program.memory > process.memory_limit:
            self.env.runtime.end(process, 137, "OOMKilled")
            return
        numbers = [port_number(process, each) for each in program.ports]
        taken = self.taken(numbers)
        if taken is not None:
            self.give_up(logs.bind_failure(program, taken))
            return
        process.listening = frozenset(numbers)
        process.phase = Phase.RUNNING
        self.say("info", logs.serving(program, numbers, self.env.clock.now - process.started))
        if program.lifetime is Lifetime.ENDS:
            self.later(program.duration, self.finish)

    def taken(self, numbers: list[int]) -> int | None:
        """A port that another process with the same address listens on."""
        used = {
            number
            for each in self.env.runtime.at(self.process.ip)
            if each is not self.process
            for number in each.listening
        }
        return next((each for each in numbers if each in used), None)

    def finish(self) -> None:
        """A program that ends has done its work, or failed at it."""
        code = self.process.program.exit
        self.say("error" if code else "info", "failed" if code else "done")
        self.end(code)

    def watch_defect(self) -> None:
        """A bad release ends by itself; what befalls a good one later is the traffic's doing."""
        effect = self.process.program.defect
        if effect is not None and effect.exits is not None:
            self.later(effect.after, lambda: self.fail(effect))

    def fail(self, effect: Effect) -> None:
        """What a defect does in the end."""
        if effect.log:
            for each in logs.last_words(self.process, self.env.clock.now, effect.log):
                self.say_plain(each)
        self.end(effect.exits or 0)
