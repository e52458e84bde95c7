"""Which parts of the control plane and of the nodes run, and which of them crashed: nothing fails unseen."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from midwatch.lab.core.clock import Clock


@dataclass(frozen=True, slots=True)
class Crash:
    """A bug of the lab that came to light: which part, what it was doing, and the error."""

    at: float
    component: str
    doing: str
    error: str


@dataclass
class Component:
    """One part; while it is not `running` it does nothing, and its work waits."""

    name: str
    running: bool = True
    since: float = 0.0
    waiting: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])


class Components:
    """All parts by name.

    `kube-apiserver`, `etcd`, `kube-scheduler`, `kube-controller-manager`, `cloud-controller-manager`,
    `kubelet/<node>`, `container-runtime/<node>`, `cni/<node>`, `kube-proxy/<node>`, `metrics-server`,
    `csi-provisioner`, `ingress-controller`.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._parts: dict[str, Component] = {}
        self.crashes: list[Crash] = []
        self.on_crash: list[Callable[[Crash], None]] = []
        self._observers: list[Callable[[Component], None]] = []

    def observe(self, observer: Callable[[Component], None]) -> None:
        """Call whenever a part was stopped or started."""
        self._observers.append(observer)

    def _tell(self, component: Component) -> None:
        for each in self._observers:
            each(component)

    def get(self, name: str) -> Component:
        """One part; made running when first asked for."""
        found = self._parts.get(name)
        if found is None:
            found = self._parts[name] = Component(name, since=self._clock.now)
        return found

    def running(self, name: str) -> bool:
        """Whether a part runs."""
        return self.get(name).running

    def stop(self, name: str) -> None:
        """Stop a part: what it would do waits."""
        found = self.get(name)
        found.running, found.since = False, self._clock.now
        self._tell(found)

    def start(self, name: str) -> None:
        """Start it again; what waited is done now."""
        found = self.get(name)
        found.running, found.since = True, self._clock.now
        self._tell(found)
        waiting, found.waiting = found.waiting, []
        for each in waiting:
            self._clock.after(0, each)

    def crashed(self, name: str, doing: str, error: Exception) -> None:
        """Remember a crash, and tell those who want to know."""
        found = Crash(self._clock.now, name, doing, f"{type(error).__name__}: {error}{_place(error)}")
        self.crashes.append(found)
        for each in self.on_crash:
            each(found)

    def __iter__(self) -> Iterator[Component]:
        return iter(self._parts.values())


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
