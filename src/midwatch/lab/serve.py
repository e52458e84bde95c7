"""A simulated cluster behind its real APIs on the loopback, in step with real time if wanted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from midwatch.lab.api import Server
from midwatch.lab.cluster import Cluster
from midwatch.lab.stillness import HOP, Stillness

_HOST = "127.0.0.1"
_STEP = 0.2
_SLICE, _PAUSE = 0.01, 0.001
"""Real seconds for which the simulation keeps requests waiting (what is one step may take longer), and not."""


@dataclass(frozen=True, slots=True)
class Open:
    """Where a served cluster is to be found. `telemetry` answers as Prometheus, Loki, Tempo and Alertmanager."""

    cluster: Cluster
    server: Server
    kubeconfig: Path
    telemetry: str


@asynccontextmanager
async def opened(
    cluster: Cluster, folder: Path, *, port: int = 0, telemetry_port: int = 0
) -> AsyncGenerator[Open]:
    """Serve a cluster until the block ends; its kubeconfig is written into the folder.

    Ports are of the loopback, 0 is any free one. Time stands still unless somebody lets it pass (`keep_time`).
    Raises `OSError` when a port is taken.
    """
    server = Server(cluster.env, cluster.access, audit=folder / "audit.log")
    runner = web.AppRunner(cluster.telemetry.application(), access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await server.start(port)
        await web.TCPSite(runner, _HOST, telemetry_port).start()
        path = folder / "kubeconfig"
        path.touch(mode=0o600)
        path.write_text(server.kubeconfig(), encoding="utf-8")
        yield Open(cluster, server, path, f"http://{_HOST}:{runner.addresses[0][1]}")
    finally:
        await server.stop()
        await runner.cleanup()


async def keep_time(cluster: Cluster, speed: float = 1.0) -> None:
    """Let the cluster's time pass with the real one (times `speed`), for ever; requests come in between."""
    last = time.monotonic()
    while True:
        now = time.monotonic()
        await forward(cluster, cluster.env.clock.now + (now - last) * speed)
        last = now
        await asyncio.sleep(_STEP)


async def forward(cluster: Cluster, until: float) -> None:
    """Let the cluster's time pass up to a moment, as fast as the machine can; requests come in between.

    What crashes is remembered in `Components.crashes` and stops nothing else.
    """
    clock = cluster.env.clock
    while (due := clock.next_at()) is not None and due <= until:
        _slice(cluster, until)
        await asyncio.sleep(_PAUSE)
    clock.run_until(until)


def _slice(cluster: Cluster, until: float) -> None:
    clock, end = cluster.env.clock, time.monotonic() + _SLICE
    while time.monotonic() < end and (due := clock.next_at()) is not None and due <= until:
        try:
            clock.step()
        except Exception as error:  # noqa: BLE001 - one part's bug must not end the service of all others
            cluster.env.components.crashed("lab", "a timer", error)


async def settled(cluster: Cluster, limit: float = 600.0, quiet: float = 20.0) -> float:
    """Like `Cluster.settle`, with requests in between."""
    still = Stillness(cluster.env, limit, quiet)
    try:
        while not still.over:
            await forward(cluster, cluster.env.clock.now + HOP)
    finally:
        still.stop()
    return still.took
