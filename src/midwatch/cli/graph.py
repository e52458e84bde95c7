"""`midwatch graph`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click

from midwatch.app import Investigation, Target, investigate, open_source
from midwatch.cli._draw import Form, draw
from midwatch.cli.options import (
    all_namespaces_option,
    namespace_options,
    scope_of,
    settings_of,
    target_options,
    targets_of,
)
from midwatch.cli.progress import watching
from midwatch.errors import UsageError
from midwatch.settings import Settings

_FORMS = ("text", "dot", "svg", "png", "json")


@click.command("graph")
@click.argument("focus", required=False, default="", metavar="[KIND/NAME]")
@namespace_options
@all_namespaces_option
@target_options
@click.option("--hops", type=click.IntRange(1, 10), default=2, show_default=True, help="How far from KIND/NAME.")
@click.option(
    "-o", "--output", "form", type=click.Choice(_FORMS), help="Default: by the ending of --output-file, else text."
)
@click.option(
    "-f", "--output-file", type=click.Path(path_type=Path), help="Write there instead of standard output."
)
@click.option("--quiet", "-q", is_flag=True, help="No progress on standard error.")
def command(
    focus: str,
    namespaces: tuple[str, ...],
    all_namespaces: bool,
    snapshot: Path | None,
    contexts: tuple[str, ...],
    kubeconfig: Path | None,
    hops: int,
    form: Form | None,
    output_file: Path | None,
    quiet: bool,
) -> None:
    """Show what depends on what, with what is faulty marked and the path from cause to symptom drawn bold.

    \b
    Examples:
      midwatch graph -n shop
      midwatch graph deployment/cart -n shop --hops 3
      midwatch graph -n shop -f shop.svg
    """
    targets = targets_of(snapshot, contexts)
    if len(targets) > 1:
        raise UsageError("a graph shows one cluster: name one --context")
    wanted = form or _form_of(output_file)
    if wanted == "png" and output_file is None and sys.stdout.isatty():
        raise UsageError("a PNG does not belong on a terminal: write it to a file with -f FILE.png")
    scope = scope_of(namespaces, all_namespaces)
    found = asyncio.run(_look(targets[0], scope, settings_of(kubeconfig), quiet))
    survey = found.survey
    if survey is None:
        raise UsageError("nothing could be read, so there is nothing to draw")
    shown: Form = "markup" if wanted == "text" and output_file is None and sys.stdout.isatty() else wanted
    root = found.diagnosis.hypotheses[0] if found.diagnosis.faults else None
    picture = draw(
        survey.inventory,
        (),
        focus,
        scope,
        hops,
        shown,
        findings=found.diagnosis.findings,
        path=root.path if root else (),
    )
    _write(picture, shown, output_file)


def _form_of(output_file: Path | None) -> Form:
    ending = output_file.suffix.removeprefix(".").lower() if output_file else ""
    match ending:
        case "dot" | "svg" | "png" | "json":
            return ending
        case _:
            return "text"


async def _look(target: Target, namespaces: frozenset[str], settings: Settings, quiet: bool) -> Investigation:
    """Objects and findings, without further queries."""
    from midwatch.workflow.state import Scope

    with watching(quiet) as progress:
        async with open_source(target, settings) as source:
            return await investigate(source, Scope(namespaces), settings.model_copy(update={"steps": 0}), progress)


def _write(picture: str | bytes, form: Form, output_file: Path | None) -> None:
    if output_file is not None:
        try:
            output_file.write_bytes(picture if isinstance(picture, bytes) else picture.encode())
        except OSError as error:
            raise UsageError(f"{output_file} cannot be written: {error.strerror}") from error
        print(output_file)
    elif isinstance(picture, bytes):
        sys.stdout.buffer.write(picture)
    elif form == "markup":
        from rich.console import Console

        Console(highlight=False, soft_wrap=True).print(picture)
    else:
        print(picture, end="")
