"""`midwatch lab`: the group, and `midwatch lab up`."""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from midwatch.cli import lab_bench, lab_faults, lab_real, lab_steer
from midwatch.cli.options import settings_of

if TYPE_CHECKING:
    from midwatch.lab.control.faults import Faults
    from midwatch.lab.control.server import Control
    from midwatch.lab.core.health import Crash
    from midwatch.lab.serve import Open

_BEFORE = 900.0
"""Seconds of the cluster's life before it is broken (or before now, if it is not), its start included."""


@click.group("lab")
def command() -> None:
    """A simulated cluster behind the real Kubernetes API, to try midwatch on and to break.

    \b
    Examples:
      midwatch lab up                        (serves it; the others go into another terminal)
      midwatch lab fault image-tag-missing
      midwatch lab wait 10m
      midwatch lab status
      midwatch lab mend
    """


for _each in (
    lab_faults.command,
    lab_steer.fault,
    lab_steer.mend,
    lab_steer.status,
    lab_steer.wait,
    lab_real.clean,
    lab_bench.command,
):
    command.add_command(_each)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the options of `up` say."""

    app: str
    seed: int
    fault: str
    target: str
    port: int
    speed: float
    folder: Path | None
    prometheus: str
    output: str


@command.command("up")
@click.option(
    "--app", default="shop", show_default=True, metavar="NAME", help="shop, freight, or generated:N (N services)."
)
@click.option(
    "--fault", metavar="NAME", default="", help="Break this (`midwatch lab faults` lists what there is)."
)
@click.option("--target", metavar="NAME", default="", help="Break it in this object.  [default: one by the seed]")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same cluster.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Of the API on the loopback.  [default: any]"
)
@click.option("--speed", type=click.FloatRange(0.1, 100), default=1.0, show_default=True, help="Of its time.")
@click.option(
    "--folder", type=click.Path(path_type=Path), help="For kubeconfig and audit log.  [default: a new one]"
)
@click.option(
    "--prometheus",
    is_flag=False,
    flag_value="prometheus",
    default="",
    metavar="[PROGRAM]",
    help="Let a real Prometheus scrape it, instead of the built-in one.  [PROGRAM: the one in PATH]",
)
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def up(
    app: str,
    fault: str,
    target: str,
    seed: int,
    port: int,
    speed: float,
    folder: Path | None,
    prometheus: str,
    output: str,
) -> None:
    """Serve a simulated cluster with an application until it is interrupted."""
    from midwatch.lab.memory import collect_seldom

    collect_seldom()  # before all that is loaded
    from midwatch.errors import UsageError

    wanted = _Wanted(app, seed, fault, target, port, speed, folder, _program(prometheus, speed), output)
    try:
        asyncio.run(_serve(wanted, _begun(wanted), _folder(folder)))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("the lab has stopped", file=sys.stderr)
    except OSError as error:
        why = error.strerror or error
        raise UsageError(f"the lab cannot listen on port {port}: {why}; use --port 0") from error


def _begun(wanted: _Wanted) -> Faults:
    """The cluster as it begins, so long ago that it is as old as wanted by now."""
    from midwatch.errors import UsageError
    from midwatch.lab.apps.named import app_named
    from midwatch.lab.cluster import starting
    from midwatch.lab.control.faults import Faults

    if wanted.target and not wanted.fault:
        raise UsageError("--target says where a fault strikes: name the fault with --fault")
    begin = time.time() - _BEFORE - _patience(wanted.fault)
    cluster = starting(app_named(wanted.app), begin, seed=wanted.seed)
    cluster.env.components.on_crash.append(_tell_crash)
    return Faults(cluster)


def _patience(fault: str) -> float:
    """Seconds that a fault takes to show. Raises `UnknownName`."""
    if not fault:
        return 0.0
    from midwatch.lab.faults.catalogue import fault_named

    return fault_named(fault).patience


def _tell_crash(crash: Crash) -> None:
    print(f"a bug of the lab: {crash.component} crashed at {crash.doing}: {crash.error}", file=sys.stderr)


def _folder(folder: Path | None) -> Path:
    from midwatch.errors import UsageError
    from midwatch.lab.control.client import Remote
    from midwatch.lab.control.notes import note_of

    place = (folder or Path(tempfile.mkdtemp(prefix="midwatch-lab-"))).absolute()
    try:
        place.mkdir(parents=True, exist_ok=True)
        Remote(place, note_of(place)).status()
    except UsageError:
        return place
    except OSError as error:
        raise UsageError(f"--folder {str(place)!r} cannot be used: {error.strerror}") from error
    raise UsageError(f"a lab runs in {place} already: end it, or choose another --folder")


def _program(prometheus: str, speed: float) -> str:
    """The path of the Prometheus to start, if any."""
    from midwatch.errors import UsageError
    from midwatch.lab.scraping import program_of

    if prometheus and speed != 1:
        raise UsageError("a real Prometheus lives in real time: --prometheus and --speed exclude each other")
    return program_of(prometheus) if prometheus else ""


async def _serve(wanted: _Wanted, faults: Faults, folder: Path) -> None:
    from midwatch.lab.serve import keep_time, opened

    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with opened(faults.cluster, folder, port=wanted.port) as lab:
        if wanted.output == "text":
            print(f"The cluster answers, and {wanted.app} starts in it. In another terminal:\n")
            print(f"  export KUBECONFIG={lab.kubeconfig} MIDWATCH_PROMETHEUS_URL={lab.telemetry}")
            print("  kubectl get pods -A\n", flush=True)
        await _catch_up(wanted, faults)
        if not wanted.prometheus:
            async with _steered(wanted, faults, lab, lab.telemetry):
                await keep_time(faults.cluster, wanted.speed)
            return
        from midwatch.lab.scraping import scraped

        # The cluster's time passes meanwhile: the Prometheus scrapes it at once.
        passing = asyncio.create_task(keep_time(faults.cluster))
        try:
            async with (
                scraped(wanted.prometheus, lab.telemetry, folder) as prometheus,
                _steered(wanted, faults, lab, prometheus.url),
            ):
                await prometheus.ended()
        finally:
            passing.cancel()


async def _catch_up(wanted: _Wanted, faults: Faults) -> None:
    """What the application has lived through until now; requests are answered meanwhile."""
    from midwatch.lab.faults.catalogue import fault_named
    from midwatch.lab.serve import forward, settled

    await settled(faults.cluster)
    await forward(faults.cluster, time.time() - _patience(wanted.fault))
    if wanted.fault:
        struck = faults.strike(fault_named(wanted.fault), wanted.target, wanted.seed)
        print(f"broke {struck.target}: {struck.fault.title.en}", file=sys.stderr)
        await forward(faults.cluster, time.time())


@asynccontextmanager
async def _steered(wanted: _Wanted, faults: Faults, lab: Open, telemetry: str) -> AsyncGenerator[None]:
    """Listen to the other commands, and say so."""
    from midwatch.lab.control.server import Control, controlled

    namespace, real = wanted.app.partition(":")[0], bool(wanted.prometheus)
    control = Control(lab, faults, wanted.app, namespace, wanted.speed, telemetry, pinned=real)
    async with controlled(control, lab.kubeconfig.parent, settings_of(None).runtime_folder):
        _tell(control, wanted.output)
        yield


def _tell(control: Control, output: str) -> None:
    if output == "json":
        print(msgspec.json.encode(control.status()).decode(), flush=True)
        return
    minutes = (control.lab.cluster.env.clock.now - control.lab.cluster.env.clock.start) / 60
    print(f"{control.app} has run for {minutes:.0f} minutes.\n\n  midwatch diagnose\n")
    if control.pinned:
        print(f"Prometheus runs at {control.telemetry}: it knows metrics from now on, not from before.")
        print("To read it instead of the lab's own telemetry (with a history, Loki, Tempo and Alertmanager):\n")
        print(f"  export MIDWATCH_PROMETHEUS_URL={control.telemetry}\n")
    print("Break it with `midwatch lab fault NAME`, mend it with `midwatch lab mend`. Ctrl-C ends it.", flush=True)
