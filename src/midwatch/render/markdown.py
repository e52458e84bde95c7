"""The report as Markdown, for tickets and chats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from midwatch.domain.report import Report
from midwatch.render.outline import (
    Row,
    alternatives,
    closing_rows,
    fault_rows,
    named,
    percent,
    root_causes,
    stats_line,
)
from midwatch.render.words import word

_SPECIAL = str.maketrans({each: f"\\{each}" for each in "\\`*_{}[]<>|#"})


def markdown(report: Report) -> str:
    """The whole report. Text from the cluster is escaped so that it stays text."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    language = report.language
    yield f"## {word(report.verdict, language)}: {_escape(report.summary)}"
    for root in root_causes(report):
        yield ""
        yield f"### {_escape(root.title)}"
        yield ""
        belief = f"{word('confidence', language)} {percent(root.confidence)}"
        yield f"{_escape(named(root.culprit))} · `{root.cause}` · {belief}"
        yield ""
        yield from _rows(fault_rows(root, report))
    yield ""
    yield from _rows(closing_rows(report))
    others = alternatives(report)
    if others:
        yield ""
        yield f"### {word('alternatives', language)}"
        yield ""
        for each in others:
            yield f"- {percent(each.confidence)} {_escape(each.title)}: {_escape(named(each.culprit))}"
    yield ""
    yield f"_{_escape(stats_line(report))}_"


def _rows(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        if len(row.lines) == 1:
            yield f"- **{row.label}**: {_escape(row.lines[0])}"
        else:
            yield f"- **{row.label}**:"
            yield from (f"  - {_escape(line.strip())}" for line in row.lines)


def _escape(text: str) -> str:
    printable = "".join(each if each.isprintable() else " " for each in text)
    return printable.translate(_SPECIAL)
