"""From claims to beliefs: how probable each cause at each culprit is, before they are weighed together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from midwatch.domain.finding import Claim, Finding, Severity, Status
from midwatch.domain.resource import Ref

Key = tuple[str, Ref]

MAX_CONFIDENCE = 0.99
_CORRELATED = 0.5
"""Rules see the same objects, so a second rule counts half of what an independent witness would."""
_LATENT = 0.6
"""An inconsistency without a symptom is worth less than one that hurts."""


@dataclass(slots=True)
class Belief:
    """One hypothesis in the making."""

    cause: str
    culprit: Ref
    supporting: list[Finding] = field(default_factory=list[Finding])
    against: list[Finding] = field(default_factory=list[Finding])
    strengths: dict[str, float] = field(default_factory=dict[str, float])
    doubts: dict[str, float] = field(default_factory=dict[str, float])
    absorbed: list[Key] = field(default_factory=list[Key])
    boost: float = 0.0
    fails_others: bool = False

    @property
    def key(self) -> Key:
        """Cause and culprit."""
        return self.cause, self.culprit

    @property
    def confidence(self) -> float:
        """Strengths of distinct rules combined as correlated witnesses, less the doubts, plus what it explains."""
        believed = 0.0
        for rank, strength in enumerate(sorted(self.strengths.values(), reverse=True)):
            believed += (1 - believed) * strength * (1 if rank == 0 else _CORRELATED)
        for doubt in self.doubts.values():
            believed *= 1 - doubt
        return min(MAX_CONFIDENCE, believed + (1 - believed) * self.boost)

    @property
    def active(self) -> bool:
        """Whether something fails or degrades now because of it."""
        return any(each.status is Status.ACTIVE and each.severity is not Severity.INFO for each in self.supporting)

    @property
    def failing(self) -> bool:
        """Whether something fails now because of it, itself or what depends on it."""
        own = any(each.status is Status.ACTIVE and each.severity is Severity.ERROR for each in self.supporting)
        return own or self.fails_others

    @property
    def latent(self) -> bool:
        """Whether it waits to hurt."""
        return not self.active and any(
            each.status is Status.LATENT and each.severity is not Severity.INFO for each in self.supporting
        )

    @property
    def since(self) -> datetime | None:
        """When its first symptom began, as far as known."""
        times = [each.since for each in self.supporting if each.since and each.status is Status.ACTIVE]
        return min(times) if times else None

    @property
    def touched(self) -> set[Ref]:
        """The culprit and every object its findings name as suffering."""
        found = {self.culprit}
        for each in self.supporting:
            found.add(each.subject)
            found.update(each.affected)
        return found


def believe(findings: Iterable[Finding]) -> dict[Key, Belief]:
    """One belief for each cause and culprit that some finding claims; what is over counts for nothing."""
    beliefs: dict[Key, Belief] = {}
    doubts: dict[Key, list[tuple[Finding, Claim]]] = defaultdict(list)
    for finding in findings:
        if finding.status is Status.RECOVERED or (
            finding.severity is Severity.INFO and not _refutes(finding.claims)
        ):
            continue
        for claim in finding.claims:
            if claim.refutes:
                doubts[claim.cause, claim.culprit].append((finding, claim))
            else:
                _support(beliefs, finding, claim)
    for key, against in doubts.items():
        if key in beliefs:
            _doubt(beliefs[key], against)
    return beliefs


def _refutes(claims: Sequence[Claim]) -> bool:
    return any(claim.refutes for claim in claims)


def _support(beliefs: dict[Key, Belief], finding: Finding, claim: Claim) -> None:
    key = claim.cause, claim.culprit
    belief = beliefs.setdefault(key, Belief(*key))
    belief.supporting.append(finding)
    strength = min(1.0, max(0.0, claim.strength)) * (_LATENT if finding.status is Status.LATENT else 1.0)
    witness = _witness(finding, claim)
    belief.strengths[witness] = max(strength, belief.strengths.get(witness, 0.0))


def _witness(finding: Finding, claim: Claim) -> str:
    """Who says it: a rule; of logs, each workload that complains about another one is a witness of its own."""
    if finding.rule.startswith("logs/") and finding.subject != claim.culprit:
        return f"{finding.rule} of {finding.subject}"
    return finding.rule


def _doubt(belief: Belief, against: Sequence[tuple[Finding, Claim]]) -> None:
    for finding, claim in against:
        belief.against.append(finding)
        strength = min(0.95, max(0.0, claim.strength))
        belief.doubts[finding.rule] = max(strength, belief.doubts.get(finding.rule, 0.0))
