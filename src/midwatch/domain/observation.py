"""What queries beyond the survey brought back, in the form that detectors read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from midwatch.domain.resource import Ref


@dataclass(frozen=True, slots=True)
class LogTemplate:
    """Log lines of one shape: the shape with `<*>` for what varies, how often, when, and one real example.

    `last_at` is the time of the last of them, where the log tells times.
    """

    template: str
    count: int
    example: str
    first_line: int = 0
    last_line: int = 0
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LogDigest:
    """The mined log of one container (`previous`: of its run before the last restart); `lines` read at `at`."""

    pod: Ref
    container: str
    previous: bool
    lines: int
    templates: tuple[LogTemplate, ...]
    source: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ComponentStatus:
    """State of one system service on one node, as its service manager tells it.

    `active` is None when it could not be told. `detail` is the text it was read from, shortened.
    """

    node: str
    component: str
    active: bool | None
    detail: str
    since: datetime | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class ConnectionCheck:
    """One recorded attempt to connect to a Service port. `outcome` is the text of the attempt.

    Where it was made from several nodes, `reached_from` and `failed_from` name them, and one success is enough.
    """

    service: Ref
    port: int
    succeeded: bool
    outcome: str
    source: str = ""
    reached_from: tuple[str, ...] = ()
    failed_from: tuple[str, ...] = ()


class Measure(StrEnum):
    """What a time series measures: the golden signals of services and the saturation of resources."""

    LATENCY = "latency"
    ERRORS = "errors"
    TRAFFIC = "traffic"
    NETWORK_TRAFFIC = "network-traffic"
    NETWORK_RTT = "network-rtt"
    NETWORK_RETRANSMITS = "network-retransmits"
    NETWORK_ERRORS = "network-errors"
    CPU = "cpu"
    CPU_THROTTLING = "cpu-throttling"
    MEMORY = "memory"
    DISK_IO = "disk-io"
    RESTARTS = "restarts"


@dataclass(frozen=True, slots=True)
class Signal:
    """A time series that left its baseline. `normal` and `current` are in `unit`; None when not recorded.

    The two are equal for one that was looked at because of another, and did not change.
    """

    subject: Ref
    measure: Measure
    normal: float | None
    current: float | None
    unit: str
    detail: str
    since: datetime | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One edge of the service graph: `caller` sends requests to `callee` (workloads or Services)."""

    caller: Ref
    callee: Ref
    source: str = ""


Observation: TypeAlias = LogDigest | ComponentStatus | ConnectionCheck | Signal | Call
