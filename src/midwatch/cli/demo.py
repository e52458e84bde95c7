"""`midwatch demo`."""

from __future__ import annotations

from pathlib import Path

import click

import midwatch
from midwatch.cli.diagnose import command as diagnose


@click.command("demo")
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@click.option("-o", "--output", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.pass_context
def command(context: click.Context, lang: str, output: str) -> None:
    """Diagnose the bundled snapshot of a small shop with one subtle fault and a decoy. Needs nothing at all."""
    folder = Path(midwatch.__file__).parent / "data" / "demo"
    if output == "text":
        click.echo(f"$ midwatch diagnose --snapshot {folder}\n", err=True)
    context.invoke(diagnose, snapshot=folder, lang=lang, output=output)
