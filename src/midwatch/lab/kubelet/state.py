"""What a kubelet remembers of its pods and their containers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from midwatch.lab.core.objects import Obj, name_of, namespace_of, uid_of
from midwatch.lab.core.runtime import Process
from midwatch.lab.kubelet.backoff import Backoff
from midwatch.lab.kubelet.podspec import Requests, Role, declared, requests
from midwatch.lab.world.images import Build


class Probed(Protocol):
    """The probes of a running container, as the rest of the kubelet sees them."""

    def restart(self) -> None:
        """The container has just started."""
        ...

    def stop(self) -> None:
        """Probe no longer."""
        ...

    def stop_liveness(self) -> None:
        """It is being stopped: only readiness counts."""
        ...

    def look(self, *, anyway: bool = False) -> None:
        """Something may have changed."""
        ...


CONTAINER_BACKOFF = 10.0, 300.0  # kubernetes/pkg/kubelet/kubelet.go (initialBackOff, MaxContainerBackOff)


@dataclass(frozen=True, slots=True)
class Volume:
    """One mounted volume. `files` are paths below the mount; `kind` is the volume source (`configMap`, ...)."""

    name: str
    kind: str
    files: dict[str, str] = field(default_factory=dict[str, str])
    read_only: bool = False
    executable: bool = False
    sources: frozenset[tuple[str, str]] = frozenset()


@dataclass
class Slot:
    """One container of a pod: its runs so far. `state` is the runtime's (running or terminated), None before.

    `waiting` is why its last start failed (reason, message); `started` and `ready` are what the probes say.
    """

    spec: Obj
    role: Role
    state: Obj | None = None
    last: Obj | None = None
    restarts: int = 0
    container_id: str = ""
    image_id: str = ""
    waiting: tuple[str, str] | None = None
    process: Process | None = None
    build: Build | None = None
    started: bool = False
    ready: bool = False
    crashes: Backoff = field(default_factory=lambda: Backoff(*CONTAINER_BACKOFF))
    pulls: Backoff = field(default_factory=lambda: Backoff(*CONTAINER_BACKOFF))
    pull_error: str = ""
    prober: Probed | None = None
    kill: str = ""
    finished: float = 0.0

    @property
    def name(self) -> str:
        """Its name."""
        return self.spec["name"]

    @property
    def running(self) -> bool:
        """Whether its process runs, as far as the runtime knows."""
        return self.state is not None and "running" in self.state

    @property
    def exit_code(self) -> int | None:
        """Of the last run, when it ended."""
        ended: Obj | None = (self.state or {}).get("terminated")
        return ended["exitCode"] if ended else None


@dataclass
class Tenant:
    """One pod on a node, as the kubelet keeps it."""

    obj: Obj
    node: str
    slots: dict[str, Slot]
    asked: Requests
    accepted: str
    uid: str
    namespace: str
    name: str
    ip: str = ""
    sandbox: str = ""
    sandboxes: int = 0
    volumes: dict[str, Volume] | None = None
    mounting: dict[str, tuple[float, float]] = field(default_factory=dict[str, tuple[float, float]])
    routine: Iterator[float] | None = None
    again: float | None = None
    terminating: bool = False
    finished: bool = False
    grace: float | None = None
    verdict: tuple[str, str] | None = None
    disrupted: str = ""

    def of(self, *roles: Role) -> list[Slot]:
        """Its containers of these roles."""
        return [each for each in self.slots.values() if each.role in roles]

    @property
    def alive(self) -> list[Slot]:
        """Its containers whose processes run."""
        return [each for each in self.slots.values() if each.running]


def new_tenant(pod: Obj, node: str, accepted: str) -> Tenant:
    """A pod that was just seen."""
    slots = {each["name"]: Slot(each, role) for role, each in declared(pod)}
    return Tenant(pod, node, slots, requests(pod), accepted, uid_of(pod), namespace_of(pod), name_of(pod))
