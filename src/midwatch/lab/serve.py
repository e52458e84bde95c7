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

_HOST = "127.0.0.1"
_STEP = 0.2


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
        cluster.run((now - last) * speed)
        last = now
        await asyncio.sleep(_STEP)
