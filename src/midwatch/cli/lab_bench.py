"""`midwatch lab bench`."""

from __future__ import annotations

import click
import msgspec

from midwatch.cli.bench import show, sizes_of


@click.command("bench")
@click.option("--pods", default="1000,10000", show_default=True, help="Sizes, separated by commas.")
@click.option("-o", "--output", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
def command(pods: str, output: str) -> None:
    """Measure the simulated cluster: its start, many pods, lists, watches, a release and the loss of a node.

    Exit code 1 when a part of it crashed.
    """
    from midwatch.evals.lab_bench.report import page
    from midwatch.evals.lab_bench.suite import run_lab_bench

    found = run_lab_bench(sizes_of(pods), show)
    if output == "json":
        print(msgspec.json.format(msgspec.json.encode(found)).decode())
    else:
        print(page(found, markdown=output == "markdown"))
    if any(each.crashes for each in found.large):
        raise SystemExit(1)
