"""The command `midwatch` and its lazily imported subcommands."""

from __future__ import annotations

import importlib

import click

from midwatch import __version__

_COMMANDS = {
    "diagnose": ("midwatch.cli.diagnose", "Find the root cause of what is wrong in a cluster or a snapshot."),
    "snapshot": ("midwatch.cli.snapshot", "Save what midwatch reads of a cluster into a directory."),
    "graph": ("midwatch.cli.graph", "Show what depends on what, as text or as a picture."),
    "causes": ("midwatch.cli.causes", "List the root causes midwatch knows, or explain one."),
    "doctor": ("midwatch.cli.doctor", "Prove that each source returns data, or say what to do."),
    "eval": ("midwatch.cli.eval", "Measure the diagnosis on suites of known faults."),
    "bench": ("midwatch.cli.bench", "Measure what a diagnosis of a large cluster costs."),
    "lab": ("midwatch.cli.lab", "Serve a simulated cluster behind the real Kubernetes API, and break it."),
    "demo": ("midwatch.cli.demo", "Break a simulated shop and diagnose it; needs no cluster."),
}


class LazyGroup(click.Group):
    """Knows the help line of each command without importing it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """In the order people need them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the module of one command."""
        if cmd_name not in _COMMANDS:
            return None
        return getattr(importlib.import_module(_COMMANDS[cmd_name][0]), "command")  # noqa: B009

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """One line each, from the table: help stays fast."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in _COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="midwatch")
def midwatch() -> None:
    """midwatch stands the night watch over Kubernetes: it finds the root cause of what is wrong, and cites the
    evidence. It only reads.

    Start with `midwatch demo` (no cluster needed) or `midwatch diagnose`.
    """
