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

from midwatch.cli import lab_faults, lab_real, lab_steer
from midwatch.cli.options import settings_of

if TYPE_CHECKING:
    from midwatch.lab.control.faults import Faults
    from midwatch.lab.control.server import Control
    from midwatch.lab.serve import Open

_BEFORE = 600.0
_BROKEN = 300.0


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
    from midwatch.errors import UsageError
    from midwatch.lab.memory import collect_seldom

    collect_seldom()
    wanted = _Wanted(app, seed, fault, target, port, speed, folder, _program(prometheus, speed), output)
    try:
        asyncio.run(_serve(wanted, _built(wanted), _folder(folder)))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("the lab has stopped", file=sys.stderr)
    except OSError as error:
        why = error.strerror or error
        raise UsageError(f"the lab cannot listen on port {port}: {why}; use --port 0") from error


def _built(wanted: _Wanted) -> Faults:
    """The cluster, broken if wanted, at the real time or a little ahead of it."""
    from midwatch.errors import UsageError
    from midwatch.lab.apps.named import app_named
    from midwatch.lab.cluster import running
    from midwatch.lab.control.faults import Faults
    from midwatch.lab.faults.catalogue import fault_named

    app, fault = app_named(wanted.app), fault_named(wanted.fault) if wanted.fault else None
    if wanted.target and fault is None:
        raise UsageError("--target says where a fault strikes: name the fault with --fault")
    cluster = running(app, time.time() - _BEFORE - 700.0, seed=wanted.seed, warm=_BEFORE)
    faults = Faults(cluster)
    if fault is not None:
        struck = faults.strike(fault, wanted.target, wanted.seed)
        print(f"broke {struck.target}: {fault.title.en}", file=sys.stderr)
        cluster.run(_BROKEN)
    cluster.env.clock.run_until(time.time())
    return faults


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
    print(f"{control.app} runs. In another terminal:\n")
    print(f"  export KUBECONFIG={control.lab.kubeconfig} MIDWATCH_PROMETHEUS_URL={control.telemetry}")
    print("  kubectl get pods -A\n  midwatch diagnose\n")
    if control.pinned:
        print(f"Prometheus runs at {control.telemetry}: it knows metrics from now on, not from before.")
        print(f"The lab's own telemetry, with a history, Loki, Tempo and Alertmanager: {control.lab.telemetry}\n")
    print("Break it with `midwatch lab fault NAME`, mend it with `midwatch lab mend`. Ctrl-C ends it.", flush=True)
