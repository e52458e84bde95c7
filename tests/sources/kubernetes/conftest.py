"""A real HTTP server that behaves like an API server, and a source connected to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from midwatch.sources.kubernetes import KubernetesSource, open_kubernetes
from midwatch.sources.kubernetes import transport as transport_module
from tests.sources.fake_api import FakeApi
from tests.sources.kubernetes.opening import Open
from tests.sources.objects import pod


@pytest.fixture
async def api() -> AsyncIterator[FakeApi]:
    async with FakeApi() as running:
        running.add(*(pod(f"web-{number}") for number in range(7)))
        yield running
    assert {each.method for each in running.requests} <= {"GET"}


@pytest.fixture
async def connect(api: FakeApi, tmp_path: Path) -> AsyncIterator[Open]:
    async with AsyncExitStack() as stack:

        async def opened(**options: object) -> KubernetesSource:
            source = await open_kubernetes(None, api.kubeconfig(tmp_path), **options)  # type: ignore[arg-type]
            stack.push_async_callback(source.close)
            api.requests.clear()
            return source

        yield opened


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Waits are recorded instead of waited."""
    waited: list[float] = []

    async def sleep(self: object, attempt: int, retry_after: float | None) -> None:
        waited.append(-1.0 if retry_after is None else retry_after)

    monkeypatch.setattr(transport_module.Transport, "pause", sleep)
    return waited
