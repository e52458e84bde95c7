"""How a Prometheus that refuses, fails or keeps silent becomes evidence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from midwatch.domain.evidence import Evidence, EvidenceState
from midwatch.domain.json import JSON
from midwatch.domain.query import SignalsQuery
from midwatch.errors import SourceUnusable
from midwatch.sources.prometheus import open_prometheus

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
NAMES = {"status": "success", "data": ["istio_requests_total", "container_cpu_usage_seconds_total"]}
TIME: JSON = {
    "status": "success",
    "data": {"resultType": "vector", "result": [{"metric": {}, "value": [1e9, "1e9"]}]},
}


@asynccontextmanager
async def _serving(handle: Handler) -> AsyncGenerator[str]:
    application = web.Application()
    application.router.add_get("/{path:.*}", handle)
    async with TestServer(application) as server:
        yield str(server.make_url("/"))


async def _fetch(url: str, token: str = "", timeout: float = 5) -> Evidence:  # noqa: ASYNC109
    source = open_prometheus(url, token, timeout=timeout)
    try:
        return await source.fetch(SignalsQuery())
    finally:
        await source.close()


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (401, EvidenceState.DENIED),
        (403, EvidenceState.DENIED),
        (404, EvidenceState.FAILED),
        (503, EvidenceState.FAILED),
    ],
)
async def test_a_refusal_is_told_as_what_it_is(status: int, state: EvidenceState) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.Response(status=status, text='{"error":"no"}')

    async with _serving(refuse) as url:
        evidence = await _fetch(url)
    assert evidence.state is state
    assert f"HTTP {status}" in evidence.reason
    assert evidence.pages == ()


async def test_silence_is_unreachable() -> None:
    async def wait(_: web.Request) -> web.Response:
        await asyncio.sleep(2)
        return web.Response()

    async with _serving(wait) as url:
        assert (await _fetch(url, timeout=0.2)).state is EvidenceState.UNREACHABLE
    assert (await _fetch(url)).state is EvidenceState.UNREACHABLE


@pytest.mark.parametrize("body", ["<html>", "{}", '{"data": 3}', "\udcff"])
async def test_garbage_is_a_failure(body: str) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body.encode("utf-8", "surrogateescape"))

    async with _serving(answer) as url:
        assert (await _fetch(url)).state is EvidenceState.FAILED


async def test_one_question_that_fails_truncates_the_answer() -> None:
    points = [[1e9 - 600 + 60 * index, "0.1"] for index in range(11)]
    series = {"metric": {"namespace": "shop", "workload": "cart"}, "values": points}

    async def answer(request: web.Request) -> web.Response:
        if request.path.endswith("values"):
            return web.json_response(NAMES)
        if request.path.endswith("query"):
            return web.json_response(TIME)
        if "istio" in request.query["query"]:
            return web.json_response({"status": "error", "error": "query timed out"}, status=422)
        return web.json_response({"data": {"resultType": "matrix", "result": [series]}})

    async with _serving(answer) as url:
        evidence = await _fetch(url)
    assert evidence.state is EvidenceState.TRUNCATED
    assert len(evidence.skipped) == 2
    assert "query timed out" in evidence.skipped[0].why


async def test_credentials_are_sent_and_never_shown() -> None:
    seen: list[str] = []

    async def note(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization", ""))
        return web.Response(status=403)

    async with _serving(note) as url:
        evidence = await _fetch(url, token="secret-token")
        assert seen == ["Bearer secret-token"]
        evidence = await _fetch(url.replace("://", "://me:hidden@"))
        assert seen[1].startswith("Basic ")
    assert "hidden" not in f"{evidence.source}{evidence.reason}"
    assert "me" not in evidence.source.removeprefix("prometheus:")


@pytest.mark.parametrize("url", ["", "prometheus", "ftp://x", "http://"])
def test_what_is_no_url_is_refused_at_once(url: str) -> None:
    with pytest.raises(SourceUnusable, match="MIDWATCH_PROMETHEUS_URL"):
        open_prometheus(url)
