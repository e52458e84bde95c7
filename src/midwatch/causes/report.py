"""From a diagnosis to the report people and programs read: every claim gets the ids of its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from midwatch.causes.catalogue import CATALOGUE
from midwatch.causes.wording import next_steps, summary
from midwatch.domain.diagnosis import Diagnosis, Unchecked
from midwatch.domain.evidence import Evidence
from midwatch.domain.finding import Fact, Finding, Severity, Status
from midwatch.domain.hypothesis import Change, Hypothesis
from midwatch.domain.kube.kinds import BY_KIND
from midwatch.domain.query import ResourcesQuery
from midwatch.domain.report import (
    ChangeReport,
    EvidenceReport,
    FindingReport,
    HypothesisReport,
    ObjectName,
    Report,
    StatsReport,
    UncheckedReport,
)
from midwatch.domain.resource import Ref
from midwatch.domain.text import Language

MAX_HYPOTHESES = 10
MAX_FINDINGS = 100
_MAX_FACTS = 6


class Ledger:
    """Gives every cited fact an id, the same fact the same id, in the order of citation."""

    def __init__(self, answers: Sequence[Evidence]) -> None:
        self._by_query = {str(each.query): each for each in answers}
        self._by_kind = {each.query.kind: each for each in answers if isinstance(each.query, ResourcesQuery)}
        self._ids: dict[tuple[Ref, str, str], str] = {}
        self.entries: list[EvidenceReport] = []

    def cite(self, facts: Iterable[Fact]) -> list[str]:
        """Ids of the facts."""
        return list(dict.fromkeys(self._id(each) for each in facts))

    def _id(self, fact: Fact) -> str:
        key = fact.subject, fact.path, fact.value
        known = self._ids.get(key)
        if known is None:
            known = self._ids[key] = f"E{len(self._ids) + 1}"
            self.entries.append(self._entry(known, fact))
        return known

    def _entry(self, name: str, fact: Fact) -> EvidenceReport:
        answer = self._answer(fact)
        return EvidenceReport(
            id=name,
            source=answer.source if answer else "",
            query=f"{fact.subject} {fact.path}",
            state=answer.state.value if answer else "observed",
            at=_time(fact.at or (answer.at if answer else None)),
            excerpt=fact.value,
            digest=answer.digest if answer else "",
        )

    def _answer(self, fact: Fact) -> Evidence | None:
        if fact.source:
            return self._by_query.get(fact.source)
        kind = "Event" if fact.path.startswith("event ") else fact.subject.kind
        return self._by_kind.get(kind) or self._by_kind.get(BY_KIND[kind].kind if kind in BY_KIND else "")


def report_of(
    diagnosis: Diagnosis, *, source: str, taken_at: datetime | None, language: Language, version: str
) -> Report:
    """The report in a language. Root causes first, then alternatives, then all findings worth a look."""
    ledger = Ledger(diagnosis.evidence)
    shown = diagnosis.hypotheses[:MAX_HYPOTHESES]
    hypotheses = [
        _hypothesis(each, index < diagnosis.faults, ledger, language) for index, each in enumerate(shown)
    ]
    parts = _parts(diagnosis.hypotheses[: diagnosis.faults])
    findings = [_finding(each, ledger, language, parts) for each in _worth_a_look(diagnosis)]
    return Report(
        verdict=diagnosis.verdict.value,
        summary=summary(diagnosis, language),
        source=source,
        taken_at=_time(taken_at),
        hypotheses=hypotheses,
        findings=findings,
        evidence=ledger.entries,
        unchecked=[_unchecked(each) for each in diagnosis.unchecked],
        next_steps=next_steps(diagnosis, language),
        stats=StatsReport(
            api_calls=diagnosis.stats.api_calls,
            objects=diagnosis.stats.objects,
            seconds=round(diagnosis.stats.seconds, 3),
            tokens=diagnosis.stats.tokens,
        ),
        language=language,
        version=version,
    )


def _hypothesis(found: Hypothesis, root: bool, ledger: Ledger, language: Language) -> HypothesisReport:
    entry = CATALOGUE[found.cause]
    return HypothesisReport(
        role="root-cause" if root else "alternative",
        cause=found.cause,
        title=entry.title.in_language(language),
        family=entry.family,
        culprit=_name(found.culprit),
        confidence=found.confidence,
        statement=statement(found).message.in_language(language),
        evidence=ledger.cite(_facts(found)),
        against=ledger.cite(fact for each in found.against for fact in each.facts[:2]),
        path=[_name(each) for each in found.path],
        explains=[f"{cause} @ {culprit}" for cause, culprit in dict.fromkeys(found.explains)],
        change=_change(found.change),
        blast_radius=[_name(each) for each in found.blast_radius],
        fixes=[each.in_language(language) for each in entry.fixes],
        links=list(entry.links),
    )


def statement(found: Hypothesis) -> Finding:
    """The finding that speaks most strongly for a hypothesis."""
    return max(found.supporting, key=lambda each: (each.status is Status.ACTIVE, _strength(each, found)))


def _strength(finding: Finding, found: Hypothesis) -> float:
    return max((each.strength for each in finding.claims if (each.cause, each.culprit) == found.key), default=0.0)


def _facts(found: Hypothesis) -> list[Fact]:
    """Facts of the strongest findings first."""
    ordered = sorted(found.supporting, key=lambda each: -_strength(each, found))
    return list(dict.fromkeys(fact for each in ordered for fact in each.facts))[:_MAX_FACTS]


def _worth_a_look(diagnosis: Diagnosis) -> list[Finding]:
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
    when = {Status.ACTIVE: 0, Status.LATENT: 1, Status.RECOVERED: 2}
    ranked = sorted(
        diagnosis.findings, key=lambda each: (order[each.severity], when[each.status], each.subject, each.rule)
    )
    return list(dict.fromkeys(ranked))[:MAX_FINDINGS]


def _parts(faults: Sequence[Hypothesis]) -> dict[tuple[str, Ref], str]:
    """For each hypothesis that a root cause explains, and for itself: the id of that root cause."""
    return {key: root.cause for root in reversed(faults) for key in (root.key, *root.explains)}


def _finding(
    found: Finding, ledger: Ledger, language: Language, parts: Mapping[tuple[str, Ref], str]
) -> FindingReport:
    roots = [parts[claim.cause, claim.culprit] for claim in found.claims if (claim.cause, claim.culprit) in parts]
    return FindingReport(
        part_of=roots[0] if roots else "",
        rule=found.rule,
        subject=_name(found.subject),
        severity=found.severity.value,
        status=found.status.value,
        message=found.message.in_language(language),
        since=_time(found.since),
        affected=[_name(each) for each in found.affected[:25]],
        evidence=ledger.cite(found.facts),
    )


def _change(change: Change | None) -> ChangeReport | None:
    if change is None:
        return None
    return ChangeReport(
        subject=_name(change.subject), at=_time(change.at), what=change.what, fields=list(change.fields)
    )


def _unchecked(each: Unchecked) -> UncheckedReport:
    return UncheckedReport(what=each.what, state=each.state, why=each.why)


def _name(ref: Ref) -> ObjectName:
    return ObjectName(kind=ref.kind, namespace=ref.namespace, name=ref.name)


def _time(at: datetime | None) -> str:
    return at.isoformat().replace("+00:00", "Z") if at else ""
