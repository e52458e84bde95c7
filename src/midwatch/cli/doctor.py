"""`midwatch doctor`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import click
import msgspec

from midwatch.app import Target, check
from midwatch.cli.options import settings_of, target_options, targets_of
from midwatch.domain.evidence import EvidenceState
from midwatch.domain.probe import Probe
from midwatch.errors import MidwatchError
from midwatch.settings import Settings

_SIGNS = {EvidenceState.OBSERVED: "ok", EvidenceState.EMPTY: "ok, empty"}


@click.command("doctor")
@target_options
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(snapshot: Path | None, contexts: tuple[str, ...], kubeconfig: Path | None, output: str) -> None:
    """Prove that each source returns data, or say what to do. Exit code 1 when something cannot be read."""
    settings = settings_of(kubeconfig)
    examined = [_examine(each, settings) for each in targets_of(snapshot, contexts)]
    if output == "json":
        print(
            msgspec.json.format(msgspec.json.encode([_plain(name, probes) for name, probes in examined])).decode()
        )
    else:
        for name, probes in examined:
            _show(name, probes)
    if any(not probe.state.complete for _, probes in examined for probe in probes):
        sys.exit(1)


def _examine(target: Target, settings: Settings) -> tuple[str, list[Probe]]:
    try:
        return asyncio.run(check(target, settings))
    except MidwatchError as error:
        name = str(target.snapshot or target.context or "current context")
        return name, [Probe("open", EvidenceState.UNREACHABLE, str(error), "")]


def _plain(name: str, probes: list[Probe]) -> dict[str, object]:
    return {"source": name, "ok": all(each.state.complete for each in probes), "probes": probes}


def _show(name: str, probes: list[Probe]) -> None:
    print(name)
    width = max((len(each.name) for each in probes), default=0)
    for each in probes:
        print(f"  {_SIGNS.get(each.state, each.state.value):<11} {each.name:<{width}}  {each.detail}".rstrip())
        if each.advice:
            print(f"  {'':<11} {'':<{width}}  -> {each.advice}")
