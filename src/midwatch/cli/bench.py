"""`midwatch bench`."""

from __future__ import annotations

import sys

import click
import msgspec

from midwatch.errors import UsageError


def sizes_of(text: str) -> list[int]:
    """Numbers separated by commas; raises `UsageError`."""
    try:
        return [int(each) for each in text.split(",")]
    except ValueError as error:
        raise UsageError(f"--pods {text!r} is no list of numbers such as 1000,5000") from error


@click.command("bench")
@click.option("--pods", default="1000,5000,10000,50000", show_default=True, help="Sizes, separated by commas.")
@click.option(
    "--faults", default="", help="Which clusters, separated by commas.  [default: healthy and each fault]"
)
@click.option("--seed", type=int, default=0, show_default=True, help="Another one gives other clusters.")
@click.option("--repeat", type=click.IntRange(1, 20), default=3, show_default=True, help="The best time counts.")
@click.option("-o", "--output", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
def command(pods: str, faults: str, seed: int, repeat: int, output: str) -> None:
    """Measure what a diagnosis costs on generated clusters of several sizes.

    Each cluster is made in one process and measured in others. Times are compared with the mere decoding of the
    same bytes.
    """
    from midwatch.evals.bench.report import bench_of, page
    from midwatch.evals.bench.suite import VARIANTS, run_bench

    variants = faults.split(",") if faults else VARIANTS
    found = bench_of(run_bench(sizes_of(pods), variants, seed=seed, repeat=repeat, progress=show))
    if output == "json":
        print(msgspec.json.format(msgspec.json.encode(found)).decode())
    else:
        print(page(found, markdown=output == "markdown"))


def show(what: str) -> None:
    """Say what is being measured, to a person."""
    if sys.stderr.isatty():
        print(what, file=sys.stderr, flush=True)
