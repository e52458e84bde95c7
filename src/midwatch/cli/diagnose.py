"""`midwatch diagnose`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import click
import msgspec

from midwatch.app import Target, diagnose
from midwatch.cli.options import (
    all_namespaces_option,
    namespace_options,
    scope_of,
    seconds_of,
    settings_of,
    target_options,
    targets_of,
)
from midwatch.cli.progress import watching
from midwatch.domain.report import Report
from midwatch.domain.text import Language
from midwatch.errors import MidwatchError
from midwatch.settings import Settings


@click.command("diagnose")
@click.argument("question", required=False, default="")
@namespace_options
@all_namespaces_option
@target_options
@click.option(
    "--text",
    type=click.File(encoding="utf-8", errors="replace"),
    help="Read pasted kubectl output; - is standard input.",
)
@click.option("--since", default="1h", show_default=True, help="How far back a symptom that is over still counts.")
@click.option("--lang", type=click.Choice(["en", "zh"]), help="Language of the report.")
@click.option("-o", "--output", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.option("-v", "--verbose", is_flag=True, help="Also show every finding.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 when the verdict is `fault`, 3 when inconclusive.")
@click.option("--quiet", "-q", is_flag=True, help="No progress on standard error.")
def command(
    question: str,
    namespaces: tuple[str, ...],
    all_namespaces: bool,
    snapshot: Path | None,
    contexts: tuple[str, ...],
    kubeconfig: Path | None,
    text: IO[str] | None,
    since: str,
    lang: Language | None,
    output: str,
    verbose: bool,
    exit_code: bool,
    quiet: bool,
) -> None:
    """Find the root cause of what is wrong, with its evidence.

    Reads the current kubeconfig context, the contexts named, or a snapshot. QUESTION narrows the report to what it
    names (a namespace or an object), e.g. "why is checkout in shop failing?". Nothing is ever changed.

    \b
    Examples:
      midwatch diagnose
      midwatch diagnose -n shop --since 2h
      midwatch diagnose --context prod-eu --context prod-us -o json
      midwatch diagnose --snapshot must-gather.tar.gz --lang zh
      kubectl describe pods -n shop | midwatch diagnose --text -
    """
    settings = settings_of(kubeconfig).model_copy(update={"recent": seconds_of(since)})
    language: Language = lang or settings.language
    targets = [Target(text=text.read())] if text else targets_of(snapshot, contexts)
    wanted = scope_of(namespaces, all_namespaces)
    reports = asyncio.run(_all(targets, wanted, question, settings, language, quiet))
    _print(reports, targets, output, verbose)
    if exit_code:
        sys.exit(_code(reports))


async def _all(
    targets: Sequence[Target],
    namespaces: frozenset[str],
    question: str,
    settings: Settings,
    language: Language,
    quiet: bool,
) -> list[Report | MidwatchError]:
    """All targets at once; one that cannot be read does not spoil the others, unless it is the only one."""
    from midwatch.workflow.state import Scope

    scope = Scope(namespaces, question)
    with watching(quiet) as progress:
        results = await asyncio.gather(
            *(diagnose(each, scope, settings, language, progress) for each in targets), return_exceptions=True
        )
    reports: list[Report | MidwatchError] = []
    for result in results:
        if isinstance(result, Report) or (isinstance(result, MidwatchError) and len(targets) > 1):
            reports.append(result)
        else:
            raise result
    return reports


def _print(
    reports: Sequence[Report | MidwatchError], targets: Sequence[Target], output: str, verbose: bool
) -> None:
    if output == "json":
        _print_json(reports, targets)
        return
    for report, target in zip(reports, targets, strict=True):
        if isinstance(report, MidwatchError):
            print(f"midwatch: {target.context}: {report}", file=sys.stderr)
        elif output == "markdown":
            from midwatch.render.markdown import markdown

            print(markdown(report))
        else:
            from midwatch.render.terminal import print_report

            print_report(report, verbose=verbose)


def _print_json(reports: Sequence[Report | MidwatchError], targets: Sequence[Target]) -> None:
    """One report as it is; several under the names of their contexts."""
    if len(reports) == 1 and isinstance(reports[0], Report):
        document: object = reports[0]
    else:
        document = {
            "contexts": {
                target.context: {"error": str(report)} if isinstance(report, MidwatchError) else report
                for report, target in zip(reports, targets, strict=True)
            }
        }
    print(msgspec.json.format(msgspec.json.encode(document)).decode())


def _code(reports: Sequence[Report | MidwatchError]) -> int:
    if any(isinstance(each, MidwatchError) for each in reports):
        return 2
    verdicts = {each.verdict for each in reports if isinstance(each, Report)}
    return 1 if "fault" in verdicts else 3 if "inconclusive" in verdicts else 0
