"""`midwatch snapshot`."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from midwatch.app import Target, save_snapshot
from midwatch.cli.options import namespace_options, scope_of, settings_of
from midwatch.cli.progress import watching
from midwatch.domain.evidence import Evidence
from midwatch.settings import Settings


@click.group("snapshot")
def command() -> None:
    """Save what midwatch reads of a cluster, to diagnose it elsewhere or later."""


@command.command("save")
@click.argument("directory", type=click.Path(path_type=Path))
@namespace_options
@click.option("--context", metavar="NAME", help="kubeconfig context.")
@click.option("--kubeconfig", type=click.Path(path_type=Path), help="kubeconfig file.")
@click.option(
    "--snapshot", type=click.Path(path_type=Path), help="Convert this snapshot instead of reading a cluster."
)
@click.option("--overwrite", is_flag=True, help="Replace an existing snapshot in DIRECTORY.")
@click.option("--quiet", "-q", is_flag=True, help="No progress on standard error.")
def save(
    directory: Path,
    namespaces: tuple[str, ...],
    context: str | None,
    kubeconfig: Path | None,
    snapshot: Path | None,
    overwrite: bool,
    quiet: bool,
) -> None:
    """Write a snapshot of the cluster into DIRECTORY.

    One LIST for each kind, Secrets as metadata only, and the logs of containers that are not well. Read it with
    `midwatch diagnose --snapshot DIRECTORY`.
    """
    target = Target(snapshot=snapshot, context=context)
    answers = asyncio.run(
        _save(target, settings_of(kubeconfig), directory, scope_of(namespaces, False), overwrite, quiet)
    )
    unread = sorted({f"{each.query} ({each.state.value})" for each in answers if not each.state.complete})
    print(f"{directory}: {len(answers)} answers recorded, {sum(each.requests for each in answers)} requests")
    for line in unread[:20]:
        print(f"  not read: {line}")
    if len(unread) > 20:
        print(f"  and {len(unread) - 20} more")
    print(f"next: midwatch diagnose --snapshot {directory}")


async def _save(
    target: Target, settings: Settings, directory: Path, namespaces: frozenset[str], overwrite: bool, quiet: bool
) -> tuple[Evidence, ...]:
    with watching(quiet) as progress:

        def told(answer: Evidence) -> None:
            if progress is not None:
                progress("record", str(answer.query))

        return await save_snapshot(target, settings, directory, namespaces, told, overwrite=overwrite)
