"""`midwatch eval`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
import msgspec

from midwatch.cli.eval_lab import command as lab
from midwatch.cli.progress import show_count


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

    scores = scores_of(run_suite(find_cases(cases), jobs, show_count))
    if output == "json":
        print(msgspec.json.format(msgspec.json.encode(scores)).decode())
    else:
        print(page(scores, markdown=output == "markdown"))
    if scores.broken:
        sys.exit(1)


@command.command("variations")
@click.option(
    "--cases", type=click.Path(path_type=Path), required=True, help="Folder of cases, or a clone of the benchmark."
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same variations.")
@click.option("--kinds", default="", help="Only these, with commas: renamed,shuffled,...  [default: all]")
@click.option("--pairs", type=click.IntRange(0), default=60, show_default=True, help="Pairs of cases to merge.")
@click.option("-o", "--output", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.option("--jobs", type=click.IntRange(1, 64), default=os.cpu_count() or 1, show_default="one a core")
def variations(cases: Path, seed: int, kinds: str, pairs: int, output: str, jobs: int) -> None:
    """Vary recorded cases (names, times, order, evidence, repair, a second fault, refusals) and score each.

    Exit code 1 when a case could not be read.
    """
    from midwatch.evals.cloudopsbench.case import find_cases
    from midwatch.evals.variations.report import page
    from midwatch.evals.variations.scores import scores_of
    from midwatch.evals.variations.suite import KINDS, jobs_of, run_jobs

    wanted = [each.strip() for each in kinds.split(",") if each.strip()] or list(KINDS)
    if unknown := sorted(set(wanted) - set(KINDS)):
        raise click.BadParameter(f"{', '.join(unknown)}: choose from {', '.join(KINDS)}", param_hint="--kinds")
    todo = jobs_of(find_cases(cases), wanted, seed, pairs)
    scores = scores_of(run_jobs(todo, jobs, show_count), seed)
    if output == "json":
        print(msgspec.json.format(msgspec.json.encode(scores)).decode())
    else:
        print(page(scores, markdown=output == "markdown"))
    if scores.broken:
        sys.exit(1)


@command.command("manifests")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.option("--jobs", type=click.IntRange(1, 64), default=os.cpu_count() or 1, show_default="one a core")
def manifests(directory: Path, output: str, jobs: int) -> None:
    """Score the diagnosis on small clusters with one fault each, and on their repaired twins.

    DIRECTORY holds baseline.yaml and a folder for each case, such as cases/manifests in the repository. Exit code
    1 when a case could not be read.
    """
    from midwatch.evals.manifests.case import find_cases
    from midwatch.evals.manifests.report import page
    from midwatch.evals.manifests.scores import scores_of
    from midwatch.evals.manifests.suite import run_suite

    scores = scores_of(run_suite(find_cases(directory), jobs, show_count))
    if output == "json":
        print(msgspec.json.format(msgspec.json.encode(scores)).decode())
    else:
        print(page(scores, markdown=output == "markdown"))
    if scores.broken:
        sys.exit(1)


@command.command("calibration")
@click.option("--cases", type=click.Path(path_type=Path), help="Folder of recorded cases of Cloud-OpsBench.")
@click.option("--manifests", "directory", type=click.Path(path_type=Path), help="Folder such as cases/manifests.")
@click.option("-f", "--file", type=click.Path(path_type=Path), help="Also draw a reliability diagram (SVG).")
@click.option("-o", "--output", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.option("--jobs", type=click.IntRange(1, 64), default=os.cpu_count() or 1, show_default="one a core")
def calibration(cases: Path | None, directory: Path | None, file: Path | None, output: str, jobs: int) -> None:
    """Compare the stated confidence of first answers with how often they are right.

    Exit code 1 when a case could not be read.
    """
    from midwatch.evals.calibration import page
    from midwatch.evals.diagram import diagram
    from midwatch.evals.suites import calibrate

    found, broken = calibrate(cases, directory, jobs, show_count)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(diagram(found), encoding="utf-8")
    if output == "json":
        print(msgspec.json.format(msgspec.json.encode(found)).decode())
    else:
        print(page(found, markdown=output == "markdown"))
    for each in broken:
        print(f"skipped {each.id}: {each.why}", file=sys.stderr)
    if broken:
        sys.exit(1)


command.add_command(lab)
