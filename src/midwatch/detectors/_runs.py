"""How containers run and ran: pairs of spec and status, restart loops, and what events say about a container."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from midwatch.domain.finding import Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Event
from midwatch.domain.kube.containers import Container, ContainerStatus, StateTerminated
from midwatch.domain.kube.pods import Pod

MAX_TEXT = 4096
"""How much of one message is parsed."""

_STABLE_SECONDS = 30 * 60.0
_SETTLED_SECONDS = 5 * 60.0
_LONG_LIFE = 3600.0
_FEW_RESTARTS = 2
_ORDERLY_ENDS = frozenset({0, 143, 255})
_NO_CONTAINER = Container()
_NO_STATUS = ContainerStatus()


class Run(NamedTuple):
    """A container of a pod beside its status; either may be empty when only the other is known."""

    container: Container
    status: ContainerStatus
    init: bool = False

    @property
    def name(self) -> str:
        """Name of the container."""
        return self.container.name or self.status.name

    @property
    def sidecar(self) -> bool:
        """Whether it is an init container that keeps running beside the others (`restartPolicy: Always`)."""
        return self.init and self.container.restart_policy == "Always"

    @property
    def waiting(self) -> str:
        """Why it waits, empty when it does not."""
        return self.status.state.waiting.reason if self.status.state.waiting else ""

    @property
    def waiting_message(self) -> str:
        """The kubelet's words about the wait."""
        return self.status.state.waiting.message[:MAX_TEXT] if self.status.state.waiting else ""

    @property
    def ended(self) -> StateTerminated | None:
        """Its last end: the present one, else the one before the present run."""
        return self.status.state.terminated or self.status.last_state.terminated


def runs(pod: Pod) -> Iterator[Run]:
    """All containers of a pod, init containers first; ephemeral ones are left out."""
    yield from _pairs(pod.spec.init_containers, pod.status.init_container_statuses, init=True)
    yield from _pairs(pod.spec.containers, pod.status.container_statuses, init=False)


def _pairs(
    containers: tuple[Container, ...], statuses: tuple[ContainerStatus, ...], *, init: bool
) -> Iterator[Run]:
    by_name = {each.name: each for each in statuses}
    for container in containers:
        yield Run(container, by_name.pop(container.name, _NO_STATUS), init)
    for status in by_name.values():
        yield Run(_NO_CONTAINER, status, init)


def is_calm(pod: Pod) -> bool:
    """Whether every container is ready and none ever restarted: nothing to look at."""
    statuses = pod.status.container_statuses
    if not statuses:
        return False
    calm = all(each.ready and each.restart_count <= 0 for each in statuses)
    return calm and all(each.restart_count <= 0 for each in pod.status.init_container_statuses)


def troubled(inventory: Inventory) -> tuple[Pod, ...]:
    """Pods that are not calm and of which anything is known; the others tell nothing (use with `derive`)."""
    return tuple(pod for pod in inventory.all(Pod) if not is_calm(pod) and _is_known(inventory, pod))


def _is_known(inventory: Inventory, pod: Pod) -> bool:
    status = pod.status
    return bool(status.container_statuses or status.init_container_statuses or inventory.events(pod.ref))


def seconds_between(earlier: datetime | None, later: datetime | None) -> float | None:
    """Seconds from one time to another, None when one is missing; a time without zone counts as UTC."""
    if earlier is None or later is None:
        return None
    return (_aware(later) - _aware(earlier)).total_seconds()


def _aware(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def age(inventory: Inventory, time: datetime | None) -> float | None:
    """Seconds from a time to the survey."""
    return seconds_between(time, inventory.now)


def loop(inventory: Inventory, run: Run) -> Status | None:
    """Whether a container keeps ending: ACTIVE, RECOVERED after it stayed up, None when it never ended."""
    status = run.status
    if run.waiting == "CrashLoopBackOff":
        return Status.ACTIVE
    if status.state.terminated is not None:
        return None if run.init and status.state.terminated.exit_code == 0 else Status.ACTIVE
    if run.ended is None:
        return Status.ACTIVE if status.restart_count > _FEW_RESTARTS and not status.ready else None
    if status.state.running is None:
        return Status.ACTIVE
    return Status.RECOVERED if _stays_up(inventory, run) else Status.ACTIVE


def _stays_up(inventory: Inventory, run: Run) -> bool:
    """Up for half an hour and longer than before; after a single hiccup, less is enough."""
    ended = run.status.last_state.terminated
    running = run.status.state.running
    up = age(inventory, (running and running.started_at) or (ended and ended.finished_at))
    if up is None:
        return run.status.ready
    lived = seconds_between(ended.started_at, ended.finished_at) if ended else None
    if up > _STABLE_SECONDS and up > (lived or 0.0):
        return True
    return run.status.ready and up > _enough(run, lived)


def _enough(run: Run, lived: float | None) -> float:
    """Seconds after which a ready container counts as stable again; a slow loop needs twice its period."""
    if lived is None:
        return 2 * _SETTLED_SECONDS  # longer than the longest back-off
    if lived > _LONG_LIFE and run.ended is not None and run.ended.exit_code in _ORDERLY_ENDS:
        return 0.0  # its node or its runtime was restarted
    # The kubelet forgets the back-off of a container that has run for twice the longest back-off.
    least = _SETTLED_SECONDS if run.status.restart_count <= _FEW_RESTARTS else 2 * _SETTLED_SECONDS
    return max(least, 2 * lived)


def severity_of(status: Status) -> Severity:
    """An active failure is an error; one that is over is a warning about the past."""
    return Severity.ERROR if status is Status.ACTIVE else Severity.WARNING


def of_container(event: Event, name: str) -> bool:
    """Whether an event about a pod is (or may be) about this container: `spec.containers{name}`."""
    path = event.involved_object.field_path
    return not path or "{" not in path or f"{{{name}}}" in path


def newest_first(events: list[Event]) -> list[Event]:
    """Events by when they were last seen; those without a time come last."""
    return sorted(events, key=_time_of, reverse=True)


def _time_of(event: Event) -> float:
    seen = event.last_seen
    return (_aware(seen) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() if seen is not None else 0.0
