"""A report as lines of labelled text, before it gets colours or Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from midwatch.domain.report import ChangeReport, EvidenceReport, HypothesisReport, ObjectName, Report
from midwatch.render.words import word

_EVIDENCE = 4
_RADIUS = 6
_UNCHECKED = 4
_EXCERPT = 220


@dataclass(frozen=True, slots=True)
class Row:
    """A heading and what stands under it."""

    label: str
    lines: tuple[str, ...]


def named(each: ObjectName) -> str:
    """`Deployment shop/cart`."""
    return f"{each.kind} {each.namespace}/{each.name}" if each.namespace else f"{each.kind} {each.name}"


def fault_rows(found: HypothesisReport, report: Report) -> list[Row]:
    """What a person on call reads about one root cause: cause, evidence, change, reach."""
    evidence = {each.id: each for each in report.evidence}
    language = report.language
    rows = [
        Row(word("cause", language), (found.statement,)),
        Row(word("evidence", language), tuple(_evidence(found.evidence, evidence, language))),
    ]
    if found.against:
        rows.append(Row(word("against", language), tuple(_evidence(found.against, evidence, language))))
    rows.append(Row(word("change", language), tuple(_change(found.change, language))))
    if len(found.path) > 1:
        rows.append(Row(word("path", language), (" → ".join(named(each) for each in found.path),)))
    if found.blast_radius:
        rows.append(
            Row(word("radius", language), (_few([named(each) for each in found.blast_radius], _RADIUS, language),))
        )
    return rows


def closing_rows(report: Report) -> list[Row]:
    """What could not be checked, and the next step."""
    language = report.language
    unchecked = [f"{each.what}: {each.state}{f' ({each.why})' if each.why else ''}" for each in report.unchecked]
    shown = unchecked[:_UNCHECKED]
    if len(unchecked) > len(shown):
        shown.append(word("more", language).format(n=len(unchecked) - len(shown)))
    rows = [Row(word("unchecked", language), tuple(shown) or (word("nothing", language),))]
    if report.next_steps:
        rows.append(Row(word("next", language), tuple(report.next_steps[:4])))
    return rows


def stats_line(report: Report) -> str:
    """Where from, when, at what cost."""
    stats = report.stats
    cost = word("stats", report.language).format(
        objects=stats.objects, calls=stats.api_calls, seconds=stats.seconds, tokens=stats.tokens
    )
    when = f" {word('as_of', report.language)} {report.taken_at}" if report.taken_at else ""
    return f"{report.source}{when} · {cost}"


def alternatives(report: Report) -> list[HypothesisReport]:
    """Hypotheses that were not chosen, the likely ones first."""
    return [each for each in report.hypotheses if each.role == "alternative"]


def root_causes(report: Report) -> list[HypothesisReport]:
    """Independent root causes, the most certain first."""
    return [each for each in report.hypotheses if each.role == "root-cause"]


def percent(confidence: float) -> str:
    """`97 %`."""
    return f"{round(confidence * 100)} %"


def _evidence(ids: Iterable[str], known: dict[str, EvidenceReport], language: str) -> Iterator[str]:
    found = [known[each] for each in ids if each in known]
    for each in found[:_EVIDENCE]:
        yield f"[{each.id}] {each.query}: {_short(each.excerpt)}"
    if len(found) > _EVIDENCE:
        yield word("more", language).format(n=len(found) - _EVIDENCE)


def _change(change: ChangeReport | None, language: str) -> Iterator[str]:
    if change is None:
        yield word("none", language)
        return
    yield f"{named(change.subject)} {change.at}: {change.what}"
    yield from (f"  {each}" for each in change.fields[:5])


def _few(names: Sequence[str], most: int, language: str) -> str:
    shown = ", ".join(names[:most])
    rest = len(names) - most
    return f"{shown} {word('more', language).format(n=rest)}" if rest > 0 else shown


def _short(text: str) -> str:
    return text if len(text) <= _EXCERPT else text[: _EXCERPT - 1] + "…"
