"""A cause at a culprit, with all that speaks for and against it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from midwatch.domain.finding import Finding
from midwatch.domain.resource import Ref


@dataclass(frozen=True, slots=True)
class Change:
    """Something that was changed at `subject` at `at`: each item of `fields` reads `path: before -> after`."""

    subject: Ref
    at: datetime | None
    what: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """`cause` (catalogue id) at `culprit`, believed with `confidence` in [0, 1].

    `path` leads from the culprit to the symptom; `explains` are weaker hypotheses that are its consequences.
    """

    cause: str
    culprit: Ref
    confidence: float
    supporting: tuple[Finding, ...]
    against: tuple[Finding, ...] = ()
    path: tuple[Ref, ...] = ()
    explains: tuple[tuple[str, Ref], ...] = ()
    blast_radius: tuple[Ref, ...] = ()
    change: Change | None = None

    @property
    def key(self) -> tuple[str, Ref]:
        """What makes two hypotheses the same."""
        return self.cause, self.culprit
