"""Posts notifications to webhooks in real time, so that a slow receiver never holds up the simulation."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from typing import Any

import aiohttp
from aiohttp import web

_KEPT = 1000
_ATTEMPTS = 3
_TIMEOUT = 10.0


class Outbox:
    """Notifications that wait to be posted; the oldest are dropped when nobody ever takes them."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = tuple(urls)
        self._waiting: deque[tuple[str, dict[str, Any]]] = deque(maxlen=_KEPT)
        self._filled = asyncio.Event()
        self.sent: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self.failures = 0

    def add(self, notification: dict[str, Any]) -> None:
        """Send a notification to all URLs, as soon as there is time."""
        self.sent.append(notification)
        self._waiting.extend((url, notification) for url in self._urls)
        self._filled.set()

    async def running(self, _: web.Application) -> AsyncIterator[None]:
        """Posts as long as the application runs (an `aiohttp` cleanup context)."""
        task = asyncio.create_task(self._post_all())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _post_all(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_TIMEOUT)) as session:
            while True:
                await self._filled.wait()
                self._filled.clear()
                while self._waiting:
                    await self._post(session, *self._waiting.popleft())

    async def _post(self, session: aiohttp.ClientSession, url: str, notification: dict[str, Any]) -> None:
        for attempt in range(_ATTEMPTS):
            try:
                async with session.post(url, json=notification) as response:
                    if response.status < 500:
                        return
            except (aiohttp.ClientError, TimeoutError, OSError):
                pass
            await asyncio.sleep(0.2 * 2**attempt)
        self.failures += 1
