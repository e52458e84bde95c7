"""kubectl against the whole cluster, in which time passes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from midwatch.lab.api import Server
from midwatch.lab.cluster import Cluster, new_cluster
from tests.lab.api.conftest import START, Api, binary


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[Api]:
    """A small cluster that runs some fifty times as fast as real ones."""
    if not binary():
        pytest.skip("kubectl is not installed")
    cluster = new_cluster(START, workers=2, quiet=True)
    cluster.run(90)
    server = Server(cluster.env, cluster.access)
    await server.start()
    ticking = asyncio.create_task(_tick(cluster))
    async with aiohttp.ClientSession() as session:
        yield Api(cluster.env, server, session, tmp_path)
    ticking.cancel()
    with suppress(asyncio.CancelledError):
        await ticking
    await server.stop()
    assert [each for each in cluster.env.components.crashes if each.component == "kube-apiserver"] == []


async def _tick(cluster: Cluster) -> None:
    while True:
        cluster.run(1.0)
        await asyncio.sleep(0.02)


async def test_a_bad_release_is_rolled_back(live: Api) -> None:
    system, name = ("-n", "kube-system"), "deploy/coredns"
    code, out, err = await live.kubectl(*system, "rollout", "status", name, "--timeout=30s")
    assert (code, "successfully rolled out" in out) == (0, True), err
    code, _, err = await live.kubectl(*system, "set", "image", name, "coredns=registry.example/none:1")
    assert code == 0, err
    code, _, err = await live.kubectl(*system, "rollout", "status", name, "--timeout=3s")
    assert (code, "timed out" in err) == (1, True)
    _, out, _ = await live.kubectl(*system, "get", "pods")
    assert "ImagePullBackOff" in out or "ErrImagePull" in out
    _, out, _ = await live.kubectl(*system, "rollout", "history", name)
    assert [line.split()[0] for line in out.splitlines()[2:4]] == ["1", "2"]
    code, _, err = await live.kubectl(*system, "rollout", "undo", name)
    assert code == 0, err
    code, _, err = await live.kubectl(*system, "rollout", "status", name, "--timeout=30s")
    assert code == 0, err


async def test_a_node_is_drained(live: Api) -> None:
    code, _, err = await live.kubectl("drain", "worker-1", "--ignore-daemonsets", "--force", "--timeout=45s")
    assert code == 0, err
    _, out, _ = await live.kubectl("get", "nodes", "worker-1")
    assert "Ready,SchedulingDisabled" in out
