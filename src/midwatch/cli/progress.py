"""Live progress on standard error, only where a person watches."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from midwatch.workflow.state import Progress

_PHASES = {
    "survey": "reading the cluster",
    "analyse": "looking for what is wrong",
    "think": "weighing hypotheses",
    "act": "reading what separates them",
    "conclude": "concluding",
    "record": "recording",
}


@contextmanager
def watching(quiet: bool) -> Generator[Progress | None]:
    """A spinner with the current phase; None when nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("starting") as status:

        def show(phase: str, detail: str = "", done: int = 0, total: int = 0) -> None:
            counted = f" [{done}/{total}]" if total else ""
            status.update(f"{_PHASES.get(phase, phase)}{counted} [dim]{_plain(detail)}[/dim]")

        yield show


def show_count(done: int, total: int) -> None:
    """How many of how many are done, on one line."""
    if sys.stderr.isatty():
        print(f"\r{done}/{total}", end="" if done < total else "\n", file=sys.stderr, flush=True)


def _plain(detail: str) -> str:
    """Names from a cluster must not be read as markup."""
    return detail[:100].replace("[", "\\[")
