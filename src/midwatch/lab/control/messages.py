"""What is said between a running lab and whoever steers it. Times as the API writes them, in simulated time."""

from __future__ import annotations

import msgspec


class FaultIn(msgspec.Struct, frozen=True):
    """A fault that was struck and not mended."""

    name: str
    target: str
    title: str
    since: str


class Firing(msgspec.Struct, frozen=True):
    """An alert that fires."""

    name: str
    severity: str
    since: str
    text: str
    labels: dict[str, str]


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How a lab is. `speed` is of its time; `telemetry` the URL of its Prometheus."""

    folder: str
    app: str
    namespace: str
    now: str
    speed: float
    faults: list[FaultIn]
    alerts: list[Firing]
    kubeconfig: str
    telemetry: str
    pid: int


class Strike(msgspec.Struct, frozen=True):
    """Strike the target of a name, or (empty) the one that the seed chooses."""

    fault: str
    target: str = ""
    seed: int = 1


class Mend(msgspec.Struct, frozen=True):
    """Undo what was struck: all, those of a fault, or the one of a fault in a target."""

    fault: str = ""
    target: str = ""


class Mended(msgspec.Struct, frozen=True):
    """What was undone, and what of it the API refused."""

    faults: list[FaultIn]
    refused: list[str]


class Forward(msgspec.Struct, frozen=True):
    """Let so many simulated seconds pass at once."""

    seconds: float


class Failure(msgspec.Struct, frozen=True):
    """Why not, as one sentence."""

    error: str
