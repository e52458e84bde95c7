"""Traces, through the HTTP API of Tempo, and the service graph made of them."""

from __future__ import annotations

import pytest

from midwatch.lab.core.env import Env
from midwatch.lab.core.spans import Span
from midwatch.lab.telemetry import install
from tests.lab.telemetry.serving import START, cluster, serving


def _trace(env: Env, number: int, *, error: str = "", seconds: float = 0.2) -> None:
    """A request through web, cart and a database that sends no spans."""
    trace = f"{number:032x}"
    shared = ("n1",)

    def span(at: int, parent: int, service: str, operation: str, kind: str, peer: str = "") -> Span:
        ids = f"{number:08x}{at:08x}", f"{number:08x}{parent:08x}" if parent else ""
        took = seconds / at
        where = (service, "shop", f"{service}-0", *shared)
        return Span(
            trace, *ids, *where, operation, kind, START + number, took, error, peer, (("http.route", "/"),)
        )

    env.spans.extend(
        [
            span(1, 0, "web", "GET /", "server"),
            span(2, 1, "web", "call cart", "client", "cart"),
            span(3, 2, "cart", "GetCart", "server"),
            span(4, 3, "cart", "SELECT", "client", "postgres"),
        ]
    )


def _traced() -> Env:
    env = cluster()
    for number in range(1, 11):
        _trace(env, number, error="deadline exceeded" if number == 3 else "", seconds=3.0 if number == 5 else 0.2)
    env.clock.run(30)
    return env


async def test_a_trace_is_told_in_the_json_of_opentelemetry() -> None:
    env = _traced()
    async with serving(install(env)) as front:
        found = await front.get(f"/api/traces/{3:032x}")
        spans = {each["name"]: each for batch in found["batches"] for each in batch["scopeSpans"][0]["spans"]}
        assert spans["GetCart"]["parentSpanId"] == spans["call cart"]["spanId"]
        assert spans["GetCart"]["status"] == {"code": "STATUS_CODE_ERROR", "message": "deadline exceeded"}
        assert int(spans["GET /"]["endTimeUnixNano"]) - int(spans["GET /"]["startTimeUnixNano"]) == 200_000_000
        resources = [each["resource"]["attributes"] for each in found["batches"]]
        assert {"key": "service.name", "value": {"stringValue": "cart"}} in resources[1]
        assert (await front.text("/api/traces/abc"))[0] == 404
        assert (await front.text("/api/traces/xyz"))[0] == 400


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("{}", 10),
        ('{ resource.service.name="cart" && status=error }', 1),
        ('{ resource.service.name="cart" && duration>500ms }', 1),
        ("{ duration>1s || status=error }", 2),
        ('{ .http.route="/" && name=~"GET.*" }', 10),
        ('{ resource.service.name="nobody" }', 0),
        ('{ kind=client && !(span.peer.service="cart") }', 10),
    ],
)
async def test_traces_are_found_by_traceql(query: str, count: int) -> None:
    async with serving(install(_traced())) as front:
        found = await front.get("/api/search", q=query, limit=100)
        assert len(found["traces"]) == count


async def test_traces_are_found_by_tags_and_told_in_short() -> None:
    async with serving(install(_traced())) as front:
        found = await front.get("/api/search", tags="service.name=cart error=true")
        (trace,) = found["traces"]
        assert trace["rootServiceName"] == "web"
        assert trace["serviceStats"]["cart"] == {"spanCount": 2, "errorCount": 2}
        assert trace["durationMs"] == 200
        slow = await front.get("/api/search", q="{}", minDuration="1s")
        assert [each["durationMs"] for each in slow["traces"]] == [3000]


@pytest.mark.parametrize("query", ["{ status=", "status=error", "{ duration>>1s }", '{ name=~"(" }'])
async def test_a_bad_query_is_refused(query: str) -> None:
    async with serving(install(_traced())) as front:
        assert (await front.text("/api/search", q=query))[0] == 400


async def test_the_service_graph_counts_each_call_once() -> None:
    env = cluster()
    telemetry = install(env)
    for number in range(1, 5):
        _trace(env, number, error="refused" if number == 2 else "")
        env.clock.run(15)
    async with serving(telemetry) as front:
        calls = await front.vector("sum by (client, server) (traces_service_graph_request_total)")
        assert calls == {"client=web,server=cart": 4, "client=cart,server=postgres": 4}
        failed = await front.vector("sum by (client, server) (traces_service_graph_request_failed_total)")
        assert failed["client=web,server=cart"] == 1
        dependencies = await front.get("/jaeger/api/dependencies")
        assert dependencies["data"] == [{"parent": "web", "child": "cart", "callCount": 4}]
        assert (await front.get("/jaeger/api/services"))["data"] == ["cart", "web"]
