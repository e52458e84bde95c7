"""`midwatch lab`."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from midwatch.cli.lab_bench import command as bench

if TYPE_CHECKING:
    from collections.abc import Callable

    from midwatch.lab.cluster import Cluster
    from midwatch.lab.core.health import Crash

_BEFORE = 900.0
"""Seconds of the cluster's life before it is broken (or before now, if it is not), its start included."""


@click.group("lab")
def command() -> None:
    """A simulated cluster behind the real Kubernetes API, to try midwatch on and to break."""


command.add_command(bench)


@command.command("faults")
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def faults(output: str) -> None:
    """List what can be broken, with the causes that name it."""
    from midwatch.lab.faults.catalogue import all_faults

    known = all_faults().values()
    if output == "json":
        rows = [{"name": each.name, "title": each.title.en, "causes": each.causes} for each in known]
        print(msgspec.json.format(msgspec.json.encode(rows)).decode())
        return
    width = max(len(each.name) for each in known)
    for each in known:
        print(f"{each.name:<{width}}  {each.title.en}")


@command.command("up")
@click.option("--app", type=click.Choice(["shop", "freight"]), default="shop", show_default=True)
@click.option("--fault", "fault", metavar="NAME", help="Break this (`midwatch lab faults` lists what there is).")
@click.option("--target", metavar="NAME", help="Break it in the object of this name.  [default: one by the seed]")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same cluster.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Of the API on the loopback.  [default: any]"
)
@click.option("--speed", type=click.FloatRange(0.1, 100), default=1.0, show_default=True, help="Of its time.")
@click.option(
    "--folder", type=click.Path(path_type=Path), help="For kubeconfig and audit log.  [default: a new one]"
)
def up(
    app: str, fault: str | None, target: str | None, seed: int, port: int, speed: float, folder: Path | None
) -> None:
    """Serve a simulated cluster with an application until it is interrupted."""
    from midwatch.lab.memory import collect_seldom

    collect_seldom()  # before all that is loaded
    from midwatch.errors import UsageError
    from midwatch.lab.apps.freight import FREIGHT
    from midwatch.lab.apps.shop import SHOP
    from midwatch.lab.cluster import starting

    patience = _patience(fault)
    cluster = starting({"shop": SHOP, "freight": FREIGHT}[app], time.time() - _BEFORE - patience, seed=seed)
    cluster.env.components.on_crash.append(_tell_crash)
    place = folder or Path(tempfile.mkdtemp(prefix="midwatch-lab-"))
    place.mkdir(parents=True, exist_ok=True)
    try:
        asyncio.run(
            _serve(cluster, place, port, speed, app, patience, lambda: _break(cluster, fault, target, seed))
        )
    except KeyboardInterrupt:
        print("the lab has stopped", file=sys.stderr)
    except OSError as error:
        why = error.strerror or error
        raise UsageError(f"the lab cannot listen on port {port}: {why}; use --port 0") from error


async def _serve(
    cluster: Cluster, folder: Path, port: int, speed: float, app: str, patience: float, strike: Callable[[], None]
) -> None:
    """Serve at once; what the application has lived through until now happens while requests are answered."""
    from midwatch.lab.serve import forward, keep_time, opened, settled

    async with opened(cluster, folder, port=port) as lab:
        print("The cluster answers. In another terminal:\n")
        print(f"  export KUBECONFIG={lab.kubeconfig} MIDWATCH_PROMETHEUS_URL={lab.telemetry}")
        print(f"  kubectl get pods -A\n\n{app} starts ...", flush=True)
        await settled(cluster)
        await forward(cluster, time.time() - patience)
        strike()
        await forward(cluster, time.time())
        minutes = (cluster.env.clock.now - cluster.env.clock.start) / 60
        print(f"{app} has run for {minutes:.0f} minutes.\n\n  midwatch diagnose\n\nCtrl-C ends it.", flush=True)
        await keep_time(cluster, speed)


def _patience(fault: str | None) -> float:
    """Seconds that a fault takes to show; raises `UnknownName`."""
    if fault is None:
        return 0.0
    from midwatch.lab.faults.catalogue import fault_named

    return fault_named(fault).patience


def _break(cluster: Cluster, fault: str | None, target: str | None, seed: int) -> None:
    if fault is None:
        return
    from midwatch.lab.faults.catalogue import fault_named
    from midwatch.lab.faults.strike import strike_one

    struck = strike_one(cluster, fault_named(fault), seed, target or "")
    print(f"broke {struck}: {fault_named(fault).title.en}", file=sys.stderr)


def _tell_crash(crash: Crash) -> None:
    print(f"a bug of the lab: {crash.component} crashed at {crash.doing}: {crash.error}", file=sys.stderr)
