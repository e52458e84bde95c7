"""The fake API server for tests that are not asynchronous."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager

from tests.sources.fake_api import FakeApi


@contextmanager
def in_thread(api: FakeApi) -> Generator[FakeApi]:
    """The server in a thread of its own, for tests that are not asynchronous."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(work: Callable[[], Awaitable[object]]) -> None:
        async def wrapped() -> None:
            await work()

        asyncio.run_coroutine_threadsafe(wrapped(), loop).result(10)

    run(api.__aenter__)
    try:
        yield api
    finally:
        run(api.__aexit__)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
