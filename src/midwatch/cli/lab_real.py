"""`midwatch lab fault --real` and `midwatch lab clean`: the only commands that write to a cluster."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from midwatch.cli.options import settings_of
from midwatch.cli.progress import watching

if TYPE_CHECKING:
    from midwatch.lab.real.api import Api
    from midwatch.sources.kubernetes.connect import Connection


@dataclass(frozen=True, slots=True)
class Real:
    """What the options say: where to strike, and whether to ask and to wait."""

    kubeconfig: Path | None
    context: str | None
    yes: bool
    detach: bool
    output: str


class Struck(msgspec.Struct, frozen=True):
    """What was done, as JSON."""

    context: str
    namespace: str
    fault: str
    target: str
    title: str


def really() -> frozenset[str]:
    """Names of the faults that can be struck in a real cluster."""
    from midwatch.lab.real.planning import SHOWN

    return SHOWN


def strike_real(name: str, target: str, seed: int, wanted: Real) -> None:
    """Strike a fault in a namespace made for it; remove it on Ctrl-C, unless detached."""
    try:
        asyncio.run(_strike(name, target, seed, wanted))
    except asyncio.CancelledError:
        sys.exit(128 + signal.SIGTERM)


async def _strike(name: str, target: str, seed: int, wanted: Real) -> None:
    from midwatch.lab.apps.shop import SHOP
    from midwatch.lab.faults.catalogue import fault_named
    from midwatch.lab.real.api import Api
    from midwatch.lab.real.namespaces import new_home, new_name
    from midwatch.lab.real.planning import planned
    from midwatch.lab.real.standins import stand_ins
    from midwatch.lab.real.striking import populate, strike

    fault, namespace = fault_named(name), new_name()
    objects = list(stand_ins(SHOP, namespace))
    chosen, plan = planned(fault, objects, namespace, target, seed)
    _end_on_signal()
    async with _connected(wanted) as connection:
        _ask(
            f"This creates the namespace {namespace} with {len(objects)} objects, and breaks {chosen} there,"
            f" in {_named(connection)}.",
            wanted,
        )
        api, kept = Api(connection), False
        try:
            home = await new_home(api, namespace)
            with watching(wanted.output == "json") as progress:
                await populate(home, objects, progress or _silent)
            await strike(home, name, plan)
            _tell(Struck(connection.name, namespace, name, str(chosen), fault.title.en), wanted)
            kept = wanted.detach
            if not kept:
                with suppress(asyncio.CancelledError):
                    await asyncio.Event().wait()
        finally:
            if not kept:
                await _removed(api, namespace)


async def _removed(api: Api, namespace: str) -> None:
    from midwatch.errors import MidwatchError
    from midwatch.lab.real.namespaces import remove

    try:
        if await remove(api, namespace):
            print(f"the namespace {namespace} is being deleted", file=sys.stderr)
    except MidwatchError as error:
        again = "`midwatch lab clean` deletes it later"
        print(f"midwatch: the namespace {namespace} may be left ({error}); {again}", file=sys.stderr)


def _tell(struck: Struck, wanted: Real) -> None:
    if wanted.output == "json":
        print(msgspec.json.encode(struck).decode(), flush=True)
        return
    where = f"--kubeconfig {wanted.kubeconfig} " if wanted.kubeconfig else ""
    where += f"--context {wanted.context} " if wanted.context else ""
    print(f"broke {struck.target}: {struck.title}")
    print(f"Give it a minute, then try: midwatch diagnose {where}-n {struck.namespace}")
    print("`midwatch lab clean` removes it." if wanted.detach else "Ctrl-C removes it.", flush=True)


@asynccontextmanager
async def _connected(wanted: Real) -> AsyncGenerator[Connection]:
    from midwatch.sources.kubernetes.connect import connect

    settings = settings_of(wanted.kubeconfig)
    found = await connect(
        wanted.context, settings.kubeconfig, timeout=settings.timeout, concurrency=settings.concurrency
    )
    try:
        yield found
    finally:
        await found.close()


def _named(connection: Connection) -> str:
    return f"context {connection.name.partition(':')[2]} ({connection.transport.host})"


def _ask(what: str, wanted: Real) -> None:
    """Say what is about to be done and where; go on only when that is wanted."""
    from midwatch.errors import UsageError

    print(what, file=sys.stderr)
    if wanted.yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("nobody can be asked here: say --yes to do it")
    if not click.confirm("Do it?", err=True):
        raise UsageError("nothing was changed")


def _end_on_signal() -> None:
    """SIGTERM ends this as Ctrl-C does: with what was made removed."""
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def _silent(phase: str, detail: str = "", done: int = 0, total: int = 0) -> None:
    """Nobody watches."""


@click.command("clean")
@click.option("--kubeconfig", type=click.Path(path_type=Path), help="kubeconfig file.")
@click.option("--context", metavar="NAME", help="kubeconfig context.  [default: the current one]")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option("-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def clean(kubeconfig: Path | None, context: str | None, yes: bool, output: str) -> None:
    """Delete the namespaces that `midwatch lab fault --real` made in a cluster, and nothing else."""
    asyncio.run(_clean(Real(kubeconfig, context, yes, detach=True, output=output)))


async def _clean(wanted: Real) -> None:
    from midwatch.lab.real.api import Api
    from midwatch.lab.real.namespaces import our_names, remove

    async with _connected(wanted) as connection:
        api = Api(connection)
        names = await our_names(api)
        if names:
            _ask(f"This deletes the namespace(s) {', '.join(names)} in {_named(connection)}.", wanted)
        deleted = [each for each in names if await remove(api, each)]
    if wanted.output == "json":
        print(msgspec.json.encode({"context": connection.name, "deleted": deleted}).decode())
    else:
        print("\n".join(f"deleted {each}" for each in deleted) or "there is nothing to delete")
