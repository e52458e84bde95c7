"""`midwatch snapshot`."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from midwatch.app import Target, open_source
from midwatch.cli.options import namespace_options, scope_of, settings_of
from midwatch.cli.progress import watching
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
    settings = settings_of(kubeconfig)
    line = asyncio.run(_save(target, settings, directory, scope_of(namespaces, False), overwrite, quiet))
    print(line)
