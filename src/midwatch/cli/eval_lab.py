"""`midwatch eval lab`."""

from __future__ import annotations

import os
import sys

import click
import msgspec

from midwatch.cli.progress import show_count

_TASKS = ("detect", "localise", "analyse", "mitigate")


@click.command("lab")
@click.option("--faults", default="", help="Only these, with commas: image-tag-missing,...  [default: all]")
@click.option(
    "--apps",
    default="shop,freight",
    show_default=True,
    help="Applications to break, with commas: shop, freight, generated:N.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Chooses targets and all chance.")
@click.option(
    "--seeds", type=click.IntRange(1), default=1, show_default=True, help="So many seeds, from --seed on."
)
@click.option("--tasks", default=",".join(_TASKS), show_default=True, help="What to score, with commas.")
@click.option(
    "--agent",
    default="midwatch",
    show_default=True,
    help="Who is scored: midwatch, nothing (a baseline), python:MODULE:FACTORY, or command:PROGRAM.",
)
@click.option("-o", "--output", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.option("--jobs", type=click.IntRange(1, 64), default=os.cpu_count() or 1, show_default="one a core")
def command(faults: str, apps: str, seed: int, seeds: int, tasks: str, agent: str, output: str, jobs: int) -> None:
    """Break a simulated cluster in every known way, and score who investigates it.

    Needs no cluster. Every run has its own: the agent is given a kubeconfig and the URL of Prometheus, and asked
    what is wrong. Exit code 1 when a run could not be made.
    """
    from midwatch.evals.lab.agents import agent_of
    from midwatch.evals.lab.report import page
    from midwatch.evals.lab.scores import scores_of
    from midwatch.evals.lab.suite import run_trials, trials_of
    from midwatch.evals.lab.trial import Task

    wanted = _listed(tasks)
    if unknown := sorted(set(wanted) - set(_TASKS)):
        raise click.BadParameter(f"{', '.join(unknown)}: choose from {', '.join(_TASKS)}", param_hint="--tasks")
    trials = trials_of(_listed(apps), _listed(faults), range(seed, seed + seeds))
    results = run_trials(trials, agent, [Task(each) for each in wanted], jobs, show_count)
    scores = scores_of(results, agent_of(agent).name)
    if output == "json":
        print(msgspec.json.format(msgspec.json.encode(scores)).decode())
    else:
        print(page(scores, markdown=output == "markdown"))
    if scores.crashes or any("process" in each.skipped for each in scores.skipped):
        sys.exit(1)


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]
