"""The text report: verdict first, in few lines; details below. Colours only where a terminal shows them."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from midwatch.domain.report import FindingReport, Report
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

_VERDICT_STYLE = {
    "fault": "bold white on red",
    "recovered": "bold black on green",
    "healthy": "bold black on green",
    "inconclusive": "bold black on yellow",
}
_SEVERITY_STYLE = {"error": "red", "warning": "yellow", "info": "dim"}
_FAULTS = 5
_ALTERNATIVES = 5
_NOTICED = 6


def print_report(report: Report, *, verbose: bool = False, console: Console | None = None) -> None:
    """Print to standard output. Control characters from a cluster never reach the terminal."""
    out = console or Console(highlight=False, soft_wrap=False, emoji=False, markup=False)
    roots = root_causes(report)
    out.print(_headline(report))
    for root in roots[:_FAULTS]:
        out.print()
        out.print(
            _title(
                root.title,
                f"{named(root.culprit)} · {word('confidence', report.language)} {percent(root.confidence)}",
            )
        )
        out.print(_rows(fault_rows(root, report)))
    if len(roots) > _FAULTS:
        out.print(Text("  " + word("more", report.language).format(n=len(roots) - _FAULTS), style="dim"))
    out.print()
    out.print(_rows(closing_rows(report)))
    _details(out, report, verbose)
    out.print()
    out.print(Text(clean(stats_line(report)), style="dim"))


def _headline(report: Report) -> Text:
    verdict = Text(f" {word(report.verdict, report.language)} ", style=_VERDICT_STYLE[report.verdict])
    return verdict.append(" ").append(clean(report.summary), style="bold")


def _title(title: str, detail: str) -> Text:
    return Text("● ", style="red").append(clean(title), style="bold").append(f"  {clean(detail)}", style="cyan")


def _rows(rows: Iterable[Row]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True, min_width=11)
    table.add_column(overflow="fold")
    for row in rows:
        for index, line in enumerate(row.lines):
            table.add_row(Text(f"  {row.label}" if index == 0 else ""), Text(clean(line)))
    return table


def _details(out: Console, report: Report, verbose: bool) -> None:
    others = alternatives(report)
    if others:
        out.print()
        out.print(Text(word("alternatives", report.language), style="bold"))
        for each in others[:_ALTERNATIVES]:
            line = f"  {percent(each.confidence):>5}  {each.title} — {named(each.culprit)}: {each.statement}"
            out.print(Text(clean(line), style="dim"))
    shown = report.findings if verbose else _noticed(report)
    if shown:
        out.print()
        out.print(Text(word("all_findings" if verbose else "findings", report.language), style="bold"))
        for finding in shown:
            out.print(_finding(finding))


def _noticed(report: Report) -> list[FindingReport]:
    """What no root cause explains: other troubles, waiting ones and past ones; advice only with -v."""
    return [each for each in report.findings if each.severity != "info" and not each.part_of][:_NOTICED]


def _finding(finding: FindingReport) -> Text:
    text = Text(f"  {finding.severity:<8}", style=_SEVERITY_STYLE.get(finding.severity, ""))
    text.append(f"{finding.status:<10}", style="dim")
    return text.append(clean(finding.message)).append(f"  ({finding.rule})", style="dim")


def clean(text: str) -> str:
    """Without control characters and direction overrides: names and logs are not to steer a terminal."""
    return "".join(each if each.isprintable() else " " for each in text)
