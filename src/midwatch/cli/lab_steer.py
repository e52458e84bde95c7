"""`midwatch lab fault`, `mend`, `status` and `wait`: steer a lab that runs in another terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from midwatch.cli.lab_real import Real, strike_real
from midwatch.cli.options import seconds_of, settings_of
from midwatch.errors import UsageError

if TYPE_CHECKING:
    from midwatch.lab.control.client import Remote
    from midwatch.lab.control.messages import Status

F = TypeVar("F", bound=Callable[..., Any])


def lab_options(command: F) -> F:
    """--lab and --output."""
    command = click.option(
        "-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True
    )(command)
    return click.option(
        "--lab",
        "folder",
        type=click.Path(path_type=Path),
        help="Folder of the lab.  [default: the latest that runs]",
    )(command)


@click.command("fault")
@click.argument("name")
@click.option("--target", metavar="NAME", default="", help="Strike this object.  [default: one by the seed]")
@click.option("--seed", type=int, default=1, show_default=True, help="Chooses the target, and all chance.")
@click.option("--real", is_flag=True, help="Strike a real cluster, in a namespace made for it. This writes to it.")
@click.option("--kubeconfig", type=click.Path(path_type=Path), help="With --real: kubeconfig file.")
@click.option("--context", metavar="NAME", help="With --real: kubeconfig context.  [default: the current one]")
@click.option("-y", "--yes", is_flag=True, help="With --real: do not ask.")
@click.option("--detach", is_flag=True, help="With --real: return, and leave the rest to `midwatch lab clean`.")
@lab_options
def fault(
    name: str,
    target: str,
    seed: int,
    real: bool,
    kubeconfig: Path | None,
    context: str | None,
    yes: bool,
    detach: bool,
    folder: Path | None,
    output: str,
) -> None:
    """Break a lab that runs in another terminal, or (--real) a namespace of a real cluster.

    NAME is one of `midwatch lab faults`. With --real, stand-ins for the shop's services are created in a new
    namespace and broken there; nothing outside of it is changed, and Ctrl-C removes it.

    \b
    Examples:
      midwatch lab fault image-tag-missing --target cart
      midwatch lab fault service-selector-wrong --real --context kind-kind
    """
    if real:
        if folder is not None:
            raise UsageError("--lab and --real exclude each other: strike a lab, or a real cluster")
        strike_real(name, target, seed, Real(kubeconfig, context, yes, detach, output))
        return
    if kubeconfig or context or yes or detach:
        raise UsageError("--kubeconfig, --context, --yes and --detach are for --real: a lab needs none of them")
    found = _lab(folder).strike(name, target, seed)
    if output == "json":
        _print_json(found)
        return
    print(f"broke {found.target}: {found.title}")
    print("Let it show with `midwatch lab wait 10m`, then `midwatch diagnose`; `midwatch lab mend` undoes it.")


@click.command("mend")
@click.argument("name", required=False, default="")
@click.option("--target", metavar="NAME", default="", help="Only what was struck in this object.")
@lab_options
def mend(name: str, target: str, folder: Path | None, output: str) -> None:
    """Undo what was struck: all of it, or the fault NAME. Exit code 1 when the cluster refused a part of that."""
    found = _lab(folder).mend(name, target)
    if output == "json":
        _print_json(found)
    else:
        for each in found.faults:
            print(f"mended {each.target}: {each.title} ({each.name})")
    for each in found.refused if output == "text" else ():
        print(f"the cluster refused a part of it: {each}", file=sys.stderr)
    if found.refused:
        sys.exit(1)


@click.command("status")
@lab_options
def status(folder: Path | None, output: str) -> None:
    """Say which faults are in, what time it is in the lab, and which alerts fire."""
    lab = _lab(folder)
    _show(lab, lab.status(), output)


@click.command("wait")
@click.argument("duration")
@lab_options
def wait(duration: str, folder: Path | None, output: str) -> None:
    """Let simulated time pass at once: DURATION such as 90s, 10m or 2h."""
    from midwatch.cli.progress import show_count

    lab = _lab(folder)
    seconds = seconds_of(duration, "DURATION")
    _show(lab, lab.forward(seconds, lambda done, total: show_count(int(done), int(total))), output)


def _lab(folder: Path | None) -> Remote:
    from midwatch.lab.control.client import running_lab

    return running_lab(folder, settings_of(None).runtime_folder)


def _print_json(found: msgspec.Struct) -> None:
    print(msgspec.json.format(msgspec.json.encode(found)).decode())


def _show(lab: Remote, found: Status, output: str) -> None:
    if output == "json":
        _print_json(found)
        return
    pace = "" if found.speed == 1 else f", {found.speed:g} times as fast as real time"
    print(f"{found.app} in {lab.folder}: it is {found.now} there{pace}")
    print(f"\nFaults: {len(found.faults) or 'none'}")
    for each in found.faults:
        print(f"  {each.name} in {each.target} since {each.since}: {each.title}")
    print(f"\nAlerts that fire: {len(found.alerts) or 'none'}")
    for each in found.alerts:
        print(f"  {each.name} ({each.severity}) since {each.since}\n    {each.text}")
