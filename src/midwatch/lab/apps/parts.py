"""The vocabulary in which applications are declared: parts, what they do, and what they are given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from midwatch.lab.core.objects import Obj
from midwatch.lab.world.programs import ApiUse, Effect, LogStyle, Operation, Program, Protocol, Use
from midwatch.lab.world.world import Client, External


@dataclass(frozen=True, slots=True)
class Size:
    """Requests and limits of a container, as people write them; an empty one is not set."""

    cpu: str = "50m"
    memory: str = "96Mi"
    cpu_limit: str = "500m"
    memory_limit: str = "192Mi"


SMALL = Size()
MEDIUM = Size("100m", "128Mi", "1", "256Mi")
LARGE = Size("250m", "256Mi", "2", "512Mi")


def op(name: str, milliseconds: float, *calls: str, cpu: float = 2.0) -> Operation:
    """One operation: its own time and CPU (milliseconds a request), and whom it calls.

    A call is `part`, `part operation name`, `part? ...` when its failure does no harm, `part*3 ...` for three.
    """
    return Operation(name, milliseconds / 1000, cpu / 1000, tuple(_use(each) for each in calls))


def _use(text: str) -> Use:
    head, _, operation = text.partition(" ")
    head, _, times = head.partition("*")
    return Use(head.rstrip("?"), operation, float(times or 1), not head.endswith("?"))


@dataclass(frozen=True, slots=True)
class Part:
    """One service of an application (a Deployment unless a `schedule` makes it a CronJob).

    `needs` are the parts that must be there when it starts; whom it calls follows from its operations.
    `settings` go to its ConfigMap, `flags` are its feature flags, `features` are of:

    - `autoscaled`, `protected` (disruption budget), `fenced` (network policy), `spread` (over zones)
    - `private` (image needs the pull secret), `read-only` (root file system; writes to /tmp)
    - `file` (reads a mounted settings file), `sidecar` (ships its log), `wait` (init container), `exposed`
    """

    name: str
    operations: tuple[Operation, ...] = ()
    replicas: int = 2
    size: Size = SMALL
    style: LogStyle = LogStyle.JSON
    port: int = 8080
    protocol: Protocol = Protocol.HTTP
    needs: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    flags: Mapping[str, Effect] = field(default_factory=dict[str, Effect])
    features: frozenset[str] = frozenset()
    api: tuple[ApiUse, ...] = ()
    schedule: str = ""
    start: float = 3.0
    memory: float = 70.0
    version: str = "1.8.2"


@dataclass(frozen=True, slots=True)
class Backend:
    """A database, cache or broker: a StatefulSet with a volume of so many GiB (0: none)."""

    name: str
    kind: str
    size: Size = LARGE
    gigabytes: int = 10
    database: str = ""
    user: str = ""


@dataclass(frozen=True)
class App:
    """An application: everything in one namespace. `extra` are objects that no part declares."""

    name: str
    parts: tuple[Part, ...]
    backends: tuple[Backend, ...]
    clients: tuple[Client, ...]
    host: str = ""
    externals: tuple[External, ...] = ()
    extra: tuple[Obj, ...] = ()
    workers: int = 4

    @property
    def namespace(self) -> str:
        """Where it runs."""
        return self.name

    def part(self, name: str) -> Part | None:
        """One part."""
        return next((each for each in self.parts if each.name == name), None)

    def backend(self, name: str) -> Backend | None:
        """One backend."""
        return next((each for each in self.backends if each.name == name), None)


@dataclass(frozen=True, slots=True)
class Made:
    """What a declaration comes to: objects to apply, and programs by image name."""

    objects: tuple[Obj, ...]
    programs: Mapping[str, Program]
