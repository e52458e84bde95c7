"""A simulated cluster behind its API in this process, to stand for a real one."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from midwatch.lab.cluster import new_cluster
from midwatch.lab.real.standins import IMAGE
from midwatch.lab.serve import keep_time, opened
from midwatch.lab.world.images import Build, ImageRegistry
from midwatch.lab.world.programs import Port, Program, Protocol

_SPEED = 20.0
_PORTS = {8080: Protocol.HTTP, 9090: Protocol.GRPC, 5432: Protocol.TCP, 6379: Protocol.TCP, 5672: Protocol.TCP}


@dataclass(frozen=True)
class Served:
    """Where it is, and the file that its API server writes its audit log to."""

    kubeconfig: Path
    audit: Path


@contextmanager
def real_cluster(folder: Path) -> Generator[Served]:
    """An empty cluster that can pull agnhost; its time passes twenty times as fast."""
    cluster = new_cluster(time.time(), quiet=True)
    world = cluster.env.world
    name, _, tag = IMAGE.rpartition(":")
    ports = tuple(Port(number, protocol) for number, protocol in _PORTS.items())
    agnhost = Build(Program("agnhost", ports=ports), entrypoint=("/agnhost",), commands=frozenset({"/agnhost"}))
    world.registries["registry.k8s.io"] = world.registries.get("registry.k8s.io", ImageRegistry("registry.k8s.io"))
    world.add_image(name, {tag: agnhost})
    cluster.run(90.0)
    loop = asyncio.new_event_loop()
    ready, done = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with opened(cluster, folder):
            passing = asyncio.create_task(keep_time(cluster, _SPEED))
            ready.set()
            await done.wait()
            passing.cancel()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(20)
    try:
        yield Served(folder / "kubeconfig", folder / "audit.log")
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(20)
        loop.close()
