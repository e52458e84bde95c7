"""Logs of containers, through the HTTP API of Loki."""

from __future__ import annotations

from typing import Any

import pytest

from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import POD
from midwatch.lab.telemetry import Telemetry, install
from tests.lab.telemetry.serving import START, Front, add_pod, cluster, process, serving


def _logging() -> tuple[Env, Telemetry]:
    """Two pods that wrote: one JSON, one logfmt, a line a second each, every fifth an error."""
    env = cluster()
    telemetry = install(env)
    cart, web = process(add_pod(env, "cart")), process(add_pod(env, "web"))
    for second in range(60):
        at = START + second
        level = "error" if second % 5 == 0 else "info"
        text = f'{{"level":"{level}","http":{{"status":{500 if level == "error" else 200}}},"seconds":{second}}}'
        env.runtime.log(cart, at, text)
        env.runtime.log(web, at, f'level={level} msg="took it" duration={second}ms')
    env.clock.run(60)
    return env, telemetry


def _lines(found: Any) -> list[str]:
    return [line for stream in found["data"]["result"] for _, line in stream["values"]]


async def _ask(front: Front, query: str, **more: Any) -> Any:
    return await front.get("/loki/api/v1/query_range", query=query, **more)


async def test_the_newest_lines_come_first_unless_asked_for_forward() -> None:
    _, telemetry = _logging()
    async with serving(telemetry) as front:
        found = await _ask(front, '{app="web"}', limit=2)
        assert _lines(found) == [
            'level=info msg="took it" duration=59ms',
            'level=info msg="took it" duration=58ms',
        ]
        assert found["data"]["result"][0]["stream"]["pod"] == "web"
        found = await _ask(front, '{app="web"}', limit=1, direction="forward")
        assert found["data"]["result"][0]["values"] == [
            [str(int(START) * 10**9), 'level=error msg="took it" duration=0ms']
        ]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ('{namespace="shop"}', 120),
        ('{namespace="shop", app!="web"} |= "error"', 12),
        ('{app="web"} != "error"', 48),
        ('{app=~"web|cart"} |~ "err.r"', 24),
        ('{app="web"} |= "error" or "=58ms"', 13),
        ('{app="cart"} | json | level="error"', 12),
        ('{app="cart"} | json | http_status>=500 and seconds<20', 4),
        ('{app="cart"} | json | level="error" or seconds=1', 13),
        ('{app="web"} | logfmt | duration > 50ms', 9),
        ('{app="web"} | logfmt | level=~"e.*", duration <= 10ms', 3),
        ('{app="web"} | pattern "level=<level> msg=<_> duration=<d>" | level="error"', 12),
        ('{app="nobody"}', 0),
    ],
)
async def test_lines_come_through_filters(query: str, count: int) -> None:
    _, telemetry = _logging()
    async with serving(telemetry) as front:
        assert len(_lines(await _ask(front, query, limit=1000))) == count


async def test_a_line_can_be_written_anew() -> None:
    _, telemetry = _logging()
    async with serving(telemetry) as front:
        found = await _ask(front, '{app="web"} | logfmt | line_format "{{.level}}!"', limit=1, direction="forward")
        assert _lines(found) == ["error!"]


async def test_lines_are_counted_by_label() -> None:
    _, telemetry = _logging()
    async with serving(telemetry) as front:
        query = 'sum by (app, level) (count_over_time({namespace="shop"} | json | level="error" [1h]))'
        found = await front.get("/loki/api/v1/query", query=query)
        assert [(each["metric"], each["value"][1]) for each in found["data"]["result"]] == [
            ({"app": "cart", "level": "error"}, "12")
        ]
        query = 'sum(rate({app="web"} |= "error" [1m])) / sum(rate({app="web"}[1m]))'
        found = await front.get("/loki/api/v1/query", query=query)
        assert float(found["data"]["result"][0]["value"][1]) == pytest.approx(0.2, abs=0.02)
        query = 'max_over_time({app="web"} | logfmt | unwrap duration_seconds(duration) [1h]) by (app)'
        found = await front.get("/loki/api/v1/query", query=query)
        assert float(found["data"]["result"][0]["value"][1]) == pytest.approx(0.059)


async def test_lines_stay_when_their_pod_is_gone() -> None:
    env, telemetry = _logging()
    uid = env.store.demand(POD, "shop", "cart")["metadata"]["uid"]
    env.runtime.forget(uid)
    async with serving(telemetry) as front:
        assert len(_lines(await _ask(front, '{pod="cart"}', limit=1000))) == 60
        assert (await front.get("/loki/api/v1/label/app/values"))["data"] == ["cart", "web"]
        assert "node_name" in (await front.get("/loki/api/v1/labels"))["data"]
        series = (await front.get("/loki/api/v1/series", **{"match[]": '{app="web"}'}))["data"]
        assert [each["pod"] for each in series] == ["web"]


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ('{app="web"', "parse error at line 1, col 11: syntax error: unexpected $end, expecting ,"),
        ("{app=web}", "parse error at line 1, col 6: syntax error: unexpected IDENTIFIER, expecting STRING"),
        ('{app=~".*"}', "parse error : queries require at least one regexp or equality matcher"),
        ('{app="web"} |= error', "parse error at line 1, col 16: syntax error: unexpected IDENTIFIER"),
        ("", "parse error at line 1, col 1: syntax error: unexpected $end"),
    ],
)
async def test_a_bad_query_is_refused_in_the_words_of_loki(query: str, error: str) -> None:
    _, telemetry = _logging()
    async with serving(telemetry) as front:
        status, text = await front.text("/loki/api/v1/query_range", query=query)
        assert status == 400
        assert text.startswith(error), text


async def test_an_instant_query_is_for_numbers() -> None:
    async with serving(install(cluster())) as front:
        status, text = await front.text("/loki/api/v1/query", query='{app="web"}')
        assert status == 400
        assert text.startswith("log queries are not supported as an instant query type")
        assert await front.text("/ready") == (200, "ready\n")
