"""Watches."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
import msgspec
import pytest

from midwatch.lab.core import store as stores
from midwatch.lab.core.kinds import CONFIG_MAP, Kind
from midwatch.lab.core.objects import Obj
from tests.lab.api.conftest import Api

MAPS = "/api/v1/namespaces/shop/configmaps"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"


def put(api: Api, name: str, **labels: str) -> Obj:
    head = {"name": name, "namespace": "shop", "labels": labels}
    old = api.env.store.get(CONFIG_MAP, "shop", name)
    if old is None:
        return api.env.registry.create(CONFIG_MAP, {"metadata": head})
    return api.env.registry.update(CONFIG_MAP, {"metadata": head})


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store remembers few changes."""
    monkeypatch.setattr(stores, "_HISTORY", 20)


@pytest.fixture
def unwatched(api: Api, monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Set when a watch of the store ends."""
    original, ended = api.env.store.watch, asyncio.Event()

    def watch(watcher: stores.Watcher, *kinds: Kind) -> Callable[[], None]:
        stop = original(watcher, *kinds)

        def stopped() -> None:
            stop()
            ended.set()

        return stopped

    monkeypatch.setattr(api.env.store, "watch", watch)
    return ended


async def following(response: aiohttp.ClientResponse) -> tuple[str, Any]:
    line = await asyncio.wait_for(response.content.readline(), 10)
    event = msgspec.json.decode(line)
    return event["type"], event["object"]


async def test_current_objects_come_first_and_changes_follow(api: Api) -> None:
    put(api, "a")
    async with api.watch(f"{MAPS}?watch=true") as response:
        assert (await following(response))[0] == "ADDED"
        put(api, "b")
        verb, found = await following(response)
        assert (verb, found["metadata"]["name"], found["kind"]) == ("ADDED", "b", "ConfigMap")
        put(api, "b", x="1")
        assert (await following(response))[0] == "MODIFIED"
        api.env.registry.delete(CONFIG_MAP, "shop", "b")
        assert (await following(response))[0] == "DELETED"


async def test_a_watch_goes_on_from_a_version(api: Api) -> None:
    put(api, "a")
    revision = api.env.store.revision
    put(api, "b")
    async with api.watch(f"{MAPS}?watch=true&resourceVersion={revision}") as response:
        assert (await following(response))[1]["metadata"]["name"] == "b"


async def test_what_leaves_a_selection_is_deleted_for_who_watches_it(api: Api) -> None:
    put(api, "a", x="1")
    async with api.watch(f"{MAPS}?watch=true&labelSelector=x=1") as response:
        assert (await following(response))[0] == "ADDED"
        put(api, "a", x="2")
        assert (await following(response))[0] == "DELETED"
        put(api, "a", x="1")
        assert (await following(response))[0] == "ADDED"


async def test_the_end_of_the_initial_events_is_marked(api: Api) -> None:
    put(api, "a")
    query = "watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan"
    async with api.watch(f"{MAPS}?{query}") as response:
        assert (await following(response))[0] == "ADDED"
        verb, found = await following(response)
        assert verb == "BOOKMARK"
        assert found["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
    assert (await api.get(f"{MAPS}?watch=true&sendInitialEvents=true")).code == 422


async def test_rows_are_watched_with_the_columns_once(api: Api) -> None:
    put(api, "a")
    async with api.watch(f"{MAPS}?watch=true", accept=TABLE) as response:
        _, first = await following(response)
        put(api, "b")
        _, second = await following(response)
    assert [each["name"] for each in first["columnDefinitions"]] == ["Name", "Data", "Age"]
    assert second["columnDefinitions"] is None
    assert second["rows"][0]["cells"][0] == "b"


@pytest.mark.usefixtures("forgetful")
async def test_a_version_that_is_too_old_ends_the_watch_with_410(api: Api) -> None:
    for order in range(40):
        put(api, f"m{order}")
    async with api.watch(f"{MAPS}?watch=true&resourceVersion=1001") as response:
        verb, found = await following(response)
        assert (verb, found["code"], found["reason"]) == ("ERROR", 410, "Expired")
        assert found["message"].startswith("too old resource version: 1001")
        assert await response.content.read() == b""


@pytest.mark.usefixtures("forgetful")
async def test_a_quiet_kind_is_followed_however_much_else_happens(api: Api) -> None:
    async with api.watch("/api/v1/secrets?watch=true&resourceVersion=0") as response:
        for order in range(40):
            put(api, f"m{order}")
        await asyncio.sleep(0)
        await api.ask(
            "POST",
            "/api/v1/namespaces/shop/secrets",
            {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}},
        )
        assert (await following(response))[0] == "ADDED"


async def test_a_watch_ends_after_its_time_and_leaves_nothing_behind(api: Api, unwatched: asyncio.Event) -> None:
    async with api.watch(f"{MAPS}?watch=true&timeoutSeconds=1&resourceVersion=0") as response:
        assert await asyncio.wait_for(response.content.read(), 10) == b""
    await asyncio.wait_for(unwatched.wait(), 10)


async def test_a_client_that_leaves_is_forgotten_at_once(api: Api, unwatched: asyncio.Event) -> None:
    async with api.watch(f"{MAPS}?watch=true&resourceVersion=0") as response:
        response.close()
    await asyncio.wait_for(unwatched.wait(), 10)
