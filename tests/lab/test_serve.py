"""A cluster that is served while its past still happens, and while parts of it crash."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from midwatch.lab.access.tokens import ADMIN_TOKEN
from midwatch.lab.apps.shop import SHOP
from midwatch.lab.cluster import new_cluster, running, starting
from midwatch.lab.core.kinds import DEPLOYMENT, POD
from midwatch.lab.core.objects import status
from midwatch.lab.serve import Open, forward, opened, settled

START = 1_795_000_000.0


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    async with aiohttp.ClientSession(headers=headers, connector=aiohttp.TCPConnector(ssl=False)) as found:
        yield found


async def _get(session: aiohttp.ClientSession, lab: Open, path: str) -> str:
    async with session.get(lab.server.url + path) as reply:
        assert reply.status == 200, await reply.text()
        return await reply.text()


async def test_requests_are_answered_before_the_application_has_settled(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    cluster = starting(SHOP, START)
    async with opened(cluster, tmp_path) as lab:
        past = asyncio.create_task(_live(lab))
        pods = await _get(session, lab, "/api/v1/pods")
        assert not past.done()
        assert '"namespace":"shop"' in pods
        await past


async def _live(lab: Open) -> None:
    await settled(lab.cluster)
    await forward(lab.cluster, lab.cluster.env.clock.now + 900)


async def test_a_cluster_that_was_served_meanwhile_is_the_same_as_one_that_was_not(tmp_path: Path) -> None:
    served, other = starting(SHOP, START, seed=4), running(SHOP, START, seed=4, warm=120)
    async with opened(served, tmp_path):
        await settled(served)
        await forward(served, other.env.clock.now)
    assert served.env.store.list(POD) == other.env.store.list(POD)


async def test_a_controller_that_crashes_shows_and_neither_stops_the_others_nor_hangs_a_client(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    cluster = new_cluster(START, workers=2, quiet=True)
    cluster.run(60)
    env, told = cluster.env, list[str]()
    env.components.on_crash.append(lambda crash: told.append(f"{crash.component}: {crash.error}"))
    coredns = env.store.demand(DEPLOYMENT, "kube-system", "coredns")
    damage = {"replicas": "many", "selector": {"matchLabels": {"app": "damaged"}}}
    metadata = {**coredns["metadata"], "name": "damaged", "uid": "0-1", "ownerReferences": None}
    damaged = {**coredns, "metadata": metadata, "spec": {**coredns["spec"], **damage}}
    env.clock.after(5, lambda: _fail("a timer of the lab"))
    async with opened(cluster, tmp_path) as lab:
        env.store.create(DEPLOYMENT, damaged)  # as a damaged etcd has it: no validation would let it pass
        scaled = {**coredns, "spec": {**coredns["spec"], "replicas": 3}}
        env.registry.update(DEPLOYMENT, scaled)
        await forward(cluster, env.clock.now + 60)
        health = await _get(session, lab, "/readyz?verbose")
    assert "[-]component/kube-controller-manager failed:" in health
    assert "[-]component/lab failed: 1 crashes" in health
    assert health.endswith("readyz check passed\n")
    assert any(each.startswith("kube-controller-manager: TypeError: ") and ".py:" in each for each in told), told
    assert any(each.startswith("lab: ZeroDivisionError: a timer of the lab (test_serve.py:") for each in told)
    assert status(env.store.demand(DEPLOYMENT, "kube-system", "coredns"))["availableReplicas"] == 3


def _fail(what: str) -> None:
    raise ZeroDivisionError(what)
