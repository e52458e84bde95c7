"""What a detector noticed: a typed, cited observation about one object."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from midwatch.domain.resource import Ref
from midwatch.domain.text import Text


class Severity(StrEnum):
    """`ERROR` fails now; `WARNING` degrades or will fail; `INFO` is advice and never changes the verdict."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Status(StrEnum):
    """Whether a symptom is there now (`ACTIVE`), was there and is over (`RECOVERED`), or waits (`LATENT`)."""

    ACTIVE = "active"
    RECOVERED = "recovered"
    LATENT = "latent"


@dataclass(frozen=True, slots=True)
class Fact:
    """One observed value: of which object, where in it, and what it was.

    `path` is a field path (`.spec.ports[0].targetPort`), `event <Reason>`, or `log <container>`.
    `source` names the query the fact was read from when it is not the LIST of the object's kind.
    """

    subject: Ref
    path: str
    value: str
    at: datetime | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """How far a finding speaks for (or, with `refutes`, against) a cause at a culprit.

    `strength` in (0, 1]: the probability that the claim is right if this finding were all we knew.
    """

    cause: str
    culprit: Ref
    strength: float
    refutes: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """An observation by the rule `rule` (`family/name`) about `subject`.

    `affected` are the objects that suffer (usually Pods or Services); `since` is when the symptom began.
    """

    rule: str
    subject: Ref
    message: Text
    severity: Severity
    status: Status = Status.ACTIVE
    claims: tuple[Claim, ...] = ()
    facts: tuple[Fact, ...] = ()
    affected: tuple[Ref, ...] = ()
    since: datetime | None = None
