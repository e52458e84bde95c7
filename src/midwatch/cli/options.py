"""Options that several commands share, and how they become a target and a scope."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from midwatch.app import Target
from midwatch.errors import UsageError
from midwatch.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])


def target_options(command: F) -> F:
    """--snapshot, --context (several), --kubeconfig."""
    for option in reversed(_TARGET):
        command = option(command)
    return command


_TARGET = (
    click.option(
        "--snapshot",
        type=click.Path(path_type=Path),
        help="Read a snapshot: ours, `kubectl cluster-info dump`, must-gather or YAML/JSON; folder or archive.",
    ),
    click.option(
        "--context", "contexts", multiple=True, metavar="NAME", help="kubeconfig context; may be repeated."
    ),
    click.option("--kubeconfig", type=click.Path(path_type=Path), help="kubeconfig file."),
)

namespace_options = click.option(
    "-n", "--namespace", "namespaces", multiple=True, metavar="NS", help="Only this namespace; may be repeated."
)
all_namespaces_option = click.option("-A", "--all-namespaces", is_flag=True, help="All namespaces (the default).")


def targets_of(snapshot: Path | None, contexts: tuple[str, ...]) -> list[Target]:
    """One target for a snapshot, else one for each context, else the current context."""
    if snapshot is not None and contexts:
        raise UsageError("--snapshot and --context exclude each other: a snapshot is read without a cluster")
    if snapshot is not None:
        return [Target(snapshot=snapshot)]
    return [Target(context=each) for each in contexts] or [Target()]


def scope_of(namespaces: tuple[str, ...], all_namespaces: bool) -> frozenset[str]:
    """The namespaces to read; empty means all."""
    if namespaces and all_namespaces:
        raise UsageError("-n and -A exclude each other: name namespaces, or read all of them")
    return frozenset(namespaces)


def settings_of(kubeconfig: Path | None) -> Settings:
    """Settings from the environment, with the options that override them. One sentence when a value is wrong."""
    try:
        settings = Settings()
    except ValueError as error:
        raise UsageError(f"a MIDWATCH_* variable is wrong: {_first_line(error)}") from error
    return settings if kubeconfig is None else settings.model_copy(update={"kubeconfig": kubeconfig})


def _first_line(error: ValueError) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return "; ".join(lines[1:3]) or lines[0]


def seconds_of(text: str, name: str = "--since") -> float:
    """`90s`, `30m`, `2h`, `1d` in seconds."""
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400}
    number, unit = text[:-1], text[-1:]
    if unit not in units or not number.isdigit() or len(number) > 6:
        raise UsageError(f"{name} {text!r} is not a duration: write a number and s, m, h or d, such as 30m or 2h")
    return float(number) * units[unit]
