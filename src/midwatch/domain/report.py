"""The report of an investigation as plain data: what `-o json` prints; its JSON Schema is derived from it."""

from __future__ import annotations

from typing import Literal

import msgspec

VerdictName = Literal["fault", "recovered", "healthy", "inconclusive"]


class _Data(msgspec.Struct, frozen=True, kw_only=True):
    pass


class ObjectName(_Data, frozen=True):
    """Identity of an object; `namespace` is empty for cluster-scoped kinds."""

    kind: str
    namespace: str
    name: str


class ChangeReport(_Data, frozen=True):
    """A change before the first symptom; `fields` read `path: before -> after`."""

    subject: ObjectName
    at: str
    what: str
    fields: list[str]


class HypothesisReport(_Data, frozen=True):
    """One cause at one culprit. `role` is `root-cause` or `alternative`; evidence is cited by id."""

    role: Literal["root-cause", "alternative"]
    cause: str
    title: str
    family: str
    culprit: ObjectName
    confidence: float
    statement: str
    evidence: list[str]
    against: list[str]
    path: list[ObjectName]
    explains: list[str]
    change: ChangeReport | None
    blast_radius: list[ObjectName]
    fixes: list[str]
    links: list[str]


class FindingReport(_Data, frozen=True):
    """One observation of a detector. `part_of` is the root cause that explains it, empty when none does."""

    part_of: str
    rule: str
    subject: ObjectName
    severity: str
    status: str
    message: str
    since: str
    affected: list[ObjectName]
    evidence: list[str]


class EvidenceReport(_Data, frozen=True):
    """What was read: from where, by which query, how the read ended, and the excerpt that counts.

    `digest` is the SHA-256 of the whole answer the excerpt is from. `at` is RFC 3339.
    """

    id: str
    source: str
    query: str
    state: str
    at: str
    excerpt: str
    digest: str


class UncheckedReport(_Data, frozen=True):
    """What could not be read, and why."""

    what: str
    state: str
    why: str


class StatsReport(_Data, frozen=True):
    """What the investigation cost; `seconds` is wall time."""

    api_calls: int
    objects: int
    seconds: float
    tokens: int


class Report(_Data, frozen=True):
    """Verdict first."""

    verdict: VerdictName
    summary: str
    source: str
    taken_at: str
    hypotheses: list[HypothesisReport]
    findings: list[FindingReport]
    evidence: list[EvidenceReport]
    unchecked: list[UncheckedReport]
    next_steps: list[str]
    stats: StatsReport
    language: str = "en"
    version: str = ""
