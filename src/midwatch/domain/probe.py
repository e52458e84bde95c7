"""One line of what `midwatch doctor` finds out about a source."""

from __future__ import annotations

from dataclasses import dataclass

from midwatch.domain.evidence import EvidenceState


@dataclass(frozen=True, slots=True)
class Probe:
    """Whether one thing can be read. `advice` says what to do when it cannot, and is empty when it can."""

    name: str
    state: EvidenceState
    detail: str
    advice: str = ""
