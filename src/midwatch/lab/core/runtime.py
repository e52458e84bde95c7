"""What runs on the nodes: processes and their logs. The kubelets write it; traffic, telemetry and logs read it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from midwatch.lab.world.images import Program

_LINES = 2000


class Phase(StrEnum):
    """Of a process: `STARTING` until it serves; `EXITED` processes stay until their container is replaced."""

    STARTING = "starting"
    RUNNING = "running"
    EXITED = "exited"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a log."""

    at: float
    text: str


@dataclass
class Process:
    """The main process of one container run. Limits are None when there are none.

    `environment`, `arguments` and `files` are as the kubelet resolved them at the start of the container. Traffic
    writes `cpu` (cores), `memory` (bytes) and `throttled` (0..1).
    """

    pod_uid: str
    namespace: str
    pod: str
    container: str
    node: str
    ip: str
    host_network: bool
    labels: dict[str, str]
    service_account: str
    image: str
    program: Program
    environment: dict[str, str]
    arguments: tuple[str, ...]
    files: dict[str, str]
    started: float
    memory_limit: float | None = None
    memory_request: float | None = None
    cpu_limit: float | None = None
    cpu_request: float | None = None
    phase: Phase = Phase.STARTING
    listening: frozenset[int] = frozenset()
    cpu: float = 0.0
    memory: float = 0.0
    throttled: float = 0.0
    run: int = 0
    leaked: float = 0.0
    notes: dict[str, float] = field(default_factory=dict[str, float])

    @property
    def serving(self) -> bool:
        """Whether it answers."""
        return self.phase is Phase.RUNNING


class Runtime:
    """All processes and logs by pod UID and container name."""

    def __init__(self) -> None:
        self.processes: dict[tuple[str, str], Process] = {}
        self._by_ip: dict[str, dict[tuple[str, str], Process]] = {}
        self._logs: dict[tuple[str, str, int], deque[Line]] = {}
        self._runs: dict[tuple[str, str], int] = {}
        self._observers: list[Callable[[Process], None]] = []
        self._containers: dict[str, set[str]] = {}
        self.on_line: list[Callable[[Process, Line], None]] = []
        self.on_end: Callable[[Process, int, str], None] | None = None

    def observe(self, observer: Callable[[Process], None]) -> None:
        """Call whenever a process starts."""
        self._observers.append(observer)

    def end(self, process: Process, code: int, reason: str) -> None:
        """A process ends by itself or is killed (`OOMKilled`, `Error`, `Completed`): the kubelet is told."""
        if process.phase is not Phase.EXITED and self.on_end is not None:
            self.on_end(process, code, reason)

    def start(self, process: Process) -> None:
        """A container's process starts; its run number is the container's restart count."""
        key = process.pod_uid, process.container
        before = self.processes.get(key)
        if before is not None:
            self._by_ip.get(before.ip, {}).pop(key, None)
        self.processes[key] = process
        self._containers.setdefault(process.pod_uid, set()).add(process.container)
        self._by_ip.setdefault(process.ip, {})[key] = process
        self._runs[key] = process.run
        self._logs.pop((*key, process.run - 2), None)
        for each in self._observers:
            each(process)

    def forget(self, pod_uid: str) -> None:
        """A pod is gone with all that it logged."""
        for name in sorted(self._containers.pop(pod_uid, ())):
            key = pod_uid, name
            process = self.processes.pop(key)
            neighbours = self._by_ip.get(process.ip, {})
            neighbours.pop(key, None)
            if not neighbours:
                self._by_ip.pop(process.ip, None)
            for run in range(process.run - 1, process.run + 1):
                self._logs.pop((*key, run), None)

    def of_pod(self, pod_uid: str, containers: tuple[str, ...]) -> Iterator[Process]:
        """Processes of these containers of a pod."""
        found = (self.processes.get((pod_uid, each)) for each in containers)
        return (each for each in found if each is not None)

    def at(self, ip: str) -> list[Process]:
        """Processes that share an IP address (one pod's, or a node's)."""
        return list(self._by_ip.get(ip, {}).values())

    def log(self, process: Process, at: float, text: str) -> None:
        """A process writes a line."""
        key = (process.pod_uid, process.container, process.run)
        line = Line(at, text)
        self._logs.setdefault(key, deque(maxlen=_LINES)).append(line)
        for each in self.on_line:
            each(process, line)

    def lines(self, pod_uid: str, container: str, *, previous: bool = False) -> list[Line] | None:
        """The log of the current (or previous) run; None when there was no such run."""
        run = self._runs.get((pod_uid, container))
        if run is None or (previous and run == 0):
            return None
        return list(self._logs.get((pod_uid, container, run - previous), ()))

    def current_run(self, pod_uid: str, container: str) -> int | None:
        """The run number of a container, None before its first start."""
        return self._runs.get((pod_uid, container))
