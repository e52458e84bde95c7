"""Lists and watches of a large cluster over HTTP. Client and server share one process, and so one core."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import msgspec

from midwatch.evals.lab_bench.results import Listed, Watched
from midwatch.evals.peak import resident
from midwatch.lab.access.tokens import ADMIN_TOKEN
from midwatch.lab.cluster import Cluster
from midwatch.lab.core.kinds import POD
from midwatch.lab.core.objects import Obj, labels_of, with_meta
from midwatch.lab.serve import opened

_PODS = "/api/v1/pods"
_PAGE, _WATCHERS, _CHANGES = 500, 10, 1000


class _Meta(msgspec.Struct):
    version: str = msgspec.field(name="resourceVersion", default="")
    next: str = msgspec.field(name="continue", default="")


class _Page(msgspec.Struct):
    metadata: _Meta


@asynccontextmanager
async def _client(cluster: Cluster) -> AsyncGenerator[aiohttp.ClientSession]:
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    with tempfile.TemporaryDirectory(prefix="midwatch-lab-") as folder:
        async with opened(cluster, Path(folder)) as lab:
            link = aiohttp.TCPConnector(ssl=False, limit=0)
            async with aiohttp.ClientSession(lab.server.url, headers=headers, connector=link) as session:
                yield session


async def measure_lists(cluster: Cluster) -> Listed:
    """All pods in pages, then at once."""
    pods = cluster.env.store.list(POD)
    began = time.perf_counter()
    for each in pods:
        msgspec.json.encode(each)
    encoding = time.perf_counter() - began
    async with _client(cluster) as session:
        await _pages(session)  # what is only loaded or made once does not count
        before, began = resident(), time.perf_counter()
        pages, size = await _pages(session)
        paged, grown = time.perf_counter() - began, max(0, resident() - before)
        began = time.perf_counter()
        async with session.get(_PODS) as reply:
            async for _ in reply.content.iter_any():
                pass
        return Listed(len(pods), pages, size, paged, time.perf_counter() - began, encoding, grown)


async def _pages(session: aiohttp.ClientSession) -> tuple[int, int]:
    """Number and size of the pages."""
    pages = size = 0
    token = ""
    while token or not pages:
        async with session.get(_PODS, params={"limit": str(_PAGE), "continue": token}) as reply:
            body = await reply.read()
        pages, size = pages + 1, size + len(body)
        token = msgspec.json.decode(body, type=_Page).metadata.next
    return pages, size


async def measure_watches(cluster: Cluster) -> Watched:
    """A thousand changes of pods, first with nobody watching, then with ten who watch."""
    pods = cluster.env.store.list(POD)[:_CHANGES]
    unwatched = _change(cluster, pods, "unwatched")
    async with _client(cluster) as session:
        version = await _version(session)
        began = time.perf_counter()
        _change(cluster, cluster.env.store.list(POD)[:_CHANGES], "watched")
        told = await asyncio.gather(*(_watch(session, version, len(pods)) for _ in range(_WATCHERS)))
        return Watched(_WATCHERS, sum(told), time.perf_counter() - began, unwatched)


def _change(cluster: Cluster, pods: Sequence[Obj], value: str) -> float:
    began = time.perf_counter()
    for each in pods:
        changed = with_meta(each, labels={**labels_of(each), "bench": value})
        cluster.env.store.replace(POD, changed)
    return time.perf_counter() - began


async def _version(session: aiohttp.ClientSession) -> str:
    async with session.get(_PODS, params={"limit": "1"}) as reply:
        return msgspec.json.decode(await reply.read(), type=_Page).metadata.version


async def _watch(session: aiohttp.ClientSession, version: str, wanted: int) -> int:
    """How many events came since a version, up to the number wanted."""
    count = 0
    async with session.get(_PODS, params={"watch": "1", "resourceVersion": version}) as reply:
        async for piece in reply.content.iter_any():
            count += piece.count(b"\n")
            if count >= wanted:
                break
    return count
