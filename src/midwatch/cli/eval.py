"""`midwatch eval`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
import msgspec


@click.group("eval")
def command() -> None:
    """Measure the diagnosis on suites of known faults."""


@command.command("cloudopsbench")
@click.option(
    "--cases", type=click.Path(path_type=Path), required=True, help="Folder of cases, or a clone of the benchmark."
)
@click.option("-o", "--output", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.option("--jobs", type=click.IntRange(1, 64), default=os.cpu_count() or 1, show_default="one a core")
def cloudopsbench(cases: Path, output: str, jobs: int) -> None:
    """Score the diagnosis on recorded cases of Cloud-OpsBench. Exit code 1 when a case could not be read."""
    from midwatch.evals.cloudopsbench.case import find_cases
    from midwatch.evals.cloudopsbench.report import page
    from midwatch.evals.cloudopsbench.scores import scores_of
    from midwatch.evals.cloudopsbench.suite import run_suite

    scores = scores_of(run_suite(find_cases(cases), jobs, _show))
    if output == "json":
        print(msgspec.json.format(msgspec.json.encode(scores)).decode())
    else:
        print(page(scores, markdown=output == "markdown"))
    if scores.broken:
        sys.exit(1)


def _show(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{done}/{total}", end="" if done < total else "\n", file=sys.stderr, flush=True)
