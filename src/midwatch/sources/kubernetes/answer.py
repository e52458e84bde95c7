"""What one read of the cluster came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from midwatch.domain.evidence import EvidenceState, Skipped

_LONGEST_MESSAGE = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """The state of a read, its pages, and why it is not complete."""

    state: EvidenceState
    pages: tuple[bytes, ...] = ()
    reason: str = ""
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """One HTTP response. `whole` is False when the body was longer than the limit (and was cut off).

    `at` is the server's own time: all times in its objects are of that clock, whatever ours shows.
    """

    status: int
    body: bytes
    content_type: str = ""
    retry_after: float | None = None
    whole: bool = True
    at: datetime | None = None


class CannotRead(Exception):
    """No usable response came; `state` says whose fault that is."""

    def __init__(self, state: EvidenceState, reason: str) -> None:
        super().__init__(reason)
        self.state = state
        self.reason = reason


class _StatusMeta(msgspec.Struct):
    token: str = msgspec.field(default="", name="continue")


class Status(msgspec.Struct):
    """A Kubernetes `Status` object, as errors come."""

    kind: str = ""
    message: str = ""
    reason: str = ""
    metadata: _StatusMeta = msgspec.field(default_factory=_StatusMeta)


def status_of(reply: Reply) -> Status:
    """The Status object of an error response; an empty one when the body is something else."""
    try:
        status = msgspec.json.decode(reply.body, type=Status)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Status()
    return status if status.kind == "Status" else Status()


def explain(reply: Reply) -> str:
    """One sentence for an error response; bodies that are not a Status (HTML of proxies) are not repeated."""
    message = " ".join(status_of(reply).message.split())
    if not message:
        kind = reply.content_type.partition(";")[0] or "unknown content"
        return f"HTTP {reply.status} with {kind} instead of a Kubernetes status"
    return message if len(message) <= _LONGEST_MESSAGE else f"{message[:_LONGEST_MESSAGE]}..."


def state_of(reply: Reply) -> EvidenceState:
    """The state of evidence for an error response."""
    if reply.status in (401, 403):
        return EvidenceState.DENIED
    return EvidenceState.EMPTY if reply.status == 404 else EvidenceState.FAILED


def refusal(reply: Reply) -> Answer:
    """The answer for an error response."""
    return Answer(state_of(reply), reason=explain(reply))
