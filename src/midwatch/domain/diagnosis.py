"""The outcome of one investigation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from midwatch.domain.evidence import Evidence
from midwatch.domain.finding import Finding
from midwatch.domain.hypothesis import Hypothesis


class Verdict(StrEnum):
    """A fault with a cause; over by itself; nothing wrong; or too little could be read to say."""

    FAULT = "fault"
    RECOVERED = "recovered"
    HEALTHY = "healthy"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Unchecked:
    """What could not be read and which conclusion therefore stays open."""

    what: str
    state: str
    why: str


@dataclass(frozen=True, slots=True)
class Stats:
    """What the investigation cost. `seconds` is wall time, `tokens` model tokens (0 with no model)."""

    api_calls: int = 0
    objects: int = 0
    seconds: float = 0.0
    tokens: int = 0
    steps: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class Diagnosis:
    """Verdict first. `hypotheses` are ranked; the first `faults` of them are independent root causes."""

    verdict: Verdict
    hypotheses: tuple[Hypothesis, ...]
    faults: int
    findings: tuple[Finding, ...]
    evidence: tuple[Evidence, ...]
    unchecked: tuple[Unchecked, ...]
    stats: Stats
