"""The same samples in a real Prometheus, the same questions to both. Skipped where none is installed."""

from __future__ import annotations

import math
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import aiohttp
import pytest

from midwatch.lab.telemetry.prometheus.answers import matrix_of, value_of
from midwatch.lab.telemetry.promql.query import instant, over
from midwatch.lab.telemetry.promql.syntax import PromqlError
from tests.lab.telemetry.samples import START, STEP, filled, open_metrics

pytestmark = pytest.mark.skipif(
    shutil.which("prometheus") is None or shutil.which("promtool") is None, reason="prometheus is not installed"
)

AT = START + 100 * STEP + 4.0
LATE = (
    START + 146 * STEP + 4.0
)  # more than five minutes after a series ended: imported text has no staleness markers

QUERIES = (
    "requests_total",
    'requests_total{service=~"c.*|web", code!="500"}',
    "rate(requests_total[5m])",
    "increase(requests_total[3m] offset 2m)",
    "irate(requests_total[2m])",
    "increase(requests_total[17m])",
    "delta(memory_bytes[4m])",
    "idelta(memory_bytes[4m])",
    "deriv(memory_bytes[4m])",
    "predict_linear(memory_bytes[10m], 3600)",
    "changes(memory_bytes[5m]) + resets(requests_total[20m])",
    "resets(requests_total[20m])",
    "sum by (service) (rate(requests_total[5m]))",
    "sum without (pod, code) (requests_total)",
    "avg(memory_bytes)",
    "min by (code) (requests_total)",
    "max(requests_total) by (code)",
    "count(requests_total) by (service)",
    "stddev(requests_total)",
    "stdvar by (code) (requests_total)",
    "quantile(0.3, requests_total)",
    "topk(2, requests_total)",
    "bottomk by (code) (1, requests_total)",
    'count_values("value", limit_bytes)',
    "group by (service) (requests_total)",
    "histogram_quantile(0.9, sum by (le, service) (rate(duration_bucket[5m])))",
    "histogram_quantile(0.5, rate(duration_bucket[5m]))",
    "histogram_quantile(1.5, duration_bucket)",
    "avg_over_time(memory_bytes[5m])",
    "min_over_time(memory_bytes[5m])",
    "max_over_time(memory_bytes[5m])",
    "sum_over_time(memory_bytes[5m])",
    "count_over_time(memory_bytes[5m])",
    "stddev_over_time(memory_bytes[5m])",
    "last_over_time(memory_bytes[1m])",
    "quantile_over_time(0.25, memory_bytes[5m])",
    "present_over_time(memory_bytes[5m])",
    "max_over_time(rate(requests_total[2m])[10m:1m])",
    "avg_over_time(duration_bucket[10m:30s] offset 1m)",
    "memory_bytes / on (service) limit_bytes",
    "memory_bytes / on (service) group_left (tier) limit_bytes",
    "limit_bytes - on (service) group_right () memory_bytes",
    "requests_total * ignoring (pod, code) group_left sum by (service) (requests_total)",
    "requests_total > 500",
    "requests_total > bool 500",
    "500 < requests_total",
    "requests_total > on (service, code, pod) requests_total offset 1m",
    "memory_bytes and on (service) limit_bytes",
    "memory_bytes unless on (service) limit_bytes",
    "limit_bytes or memory_bytes",
    "-requests_total ^ 2",
    "2 ^ 3 ^ 2",
    "requests_total % 7",
    "1 / 0",
    "vector(1) / vector(0)",
    "scalar(sum(requests_total))",
    "scalar(requests_total)",
    'absent(nothing{a="b"})',
    "absent(requests_total)",
    'absent_over_time(nothing{a="b", c=~"d"}[5m])',
    "clamp(memory_bytes, 0, 1e8)",
    "clamp_min(memory_bytes, 1e8)",
    "clamp_max(memory_bytes, 1e8)",
    "round(memory_bytes, 1000)",
    "ceil(memory_bytes / 1e6)",
    "abs(-memory_bytes)",
    "ln(memory_bytes) + log2(memory_bytes) + log10(memory_bytes) + sqrt(memory_bytes) + exp(vector(2))",
    "sgn(memory_bytes - 1e8)",
    "sort_desc(requests_total)",
    "sort(requests_total)",
    "time()",
    "timestamp(memory_bytes)",
    "hour() + minute()",
    "day_of_week(vector(1700000000))",
    "days_in_month()",
    'label_replace(requests_total, "short", "$1-x", "pod", "(.*)-.*")',
    'label_join(memory_bytes, "both", "/", "service", "node")',
    "requests_total @ 1700000600",
    "sum(rate(requests_total[5m] @ start()))",
    '"text"',
    "0x1f + 1e3 + .5",
    'sum(rate(requests_total{code=~"5.."}[5m])) / sum(rate(requests_total[5m]))',
)
REFUSED = (
    "sum(rate(requests_total[5m])) by (x",
    "rate(requests_total)",
    "requests_total{",
    "nope(requests_total)",
    "",
    '1 + "a"',
    "foo bar",
    "{}",
    '{a=~".*"}',
    "1 and 2",
    "1 > 2",
    "1[5m]",
    "requests_total[5m]",
    "topk(requests_total)",
    "rate(requests_total[5m], 3)",
    "memory_bytes / on (service) requests_total",
    "limit_bytes * on (nothing) limit_bytes",
    "{a=",
    "increase(requests_total[3m]) offset 2m",
    'x{a=~"("}',
)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("prometheus")
    (folder / "samples.txt").write_text(open_metrics())
    (folder / "prometheus.yml").write_text("global: {}\n")
    subprocess.run(
        ["promtool", "tsdb", "create-blocks-from", "openmetrics", folder / "samples.txt", folder / "data"],
        check=True,
        capture_output=True,
    )
    address = f"127.0.0.1:{_free_port()}"
    command = [
        "prometheus",
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
    ]
    process = subprocess.Popen(
        [*command, f"--web.listen-address={address}", "--storage.tsdb.retention.time=100y"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex((address.split(":")[0], int(address.split(":")[1]))) == 0:
                    break
            time.sleep(0.1)
        time.sleep(1.0)
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(20)


async def _ask(url: str, path: str, **parameters: Any) -> dict[str, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{url}/api/v1/{path}", params=parameters) as response,
    ):
        return await response.json()


def _rows(data: dict[str, Any]) -> Any:
    """A result in a form to compare: rows by their labels."""
    if data["resultType"] in ("scalar", "string"):
        return data["result"][1]
    rows = {str(sorted(each["metric"].items())): each.get("values") or [each["value"]] for each in data["result"]}
    return dict(sorted(rows.items()))


def _same(mine: Any, theirs: Any) -> bool:
    if isinstance(mine, dict):
        rows = cast("dict[str, Any]", mine)
        return rows.keys() == theirs.keys() and all(_same(each, theirs[key]) for key, each in rows.items())
    if isinstance(mine, list):
        points = cast("list[Any]", mine)
        return len(points) == len(theirs) and all(map(_same, points, theirs))
    if isinstance(mine, str) and mine != theirs:
        left, right = float(mine), float(theirs)
        return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9) or (math.isnan(left) and math.isnan(right))
    return mine == theirs


@pytest.mark.parametrize("query", QUERIES)
async def test_answers_as_prometheus_does(prometheus: str, query: str) -> None:
    database = filled()
    for when in (AT, LATE):
        mine = value_of(instant(database, query, when), when)
        theirs = await _ask(prometheus, "query", query=query, time=when)
        assert theirs["status"] == "success", theirs
        assert mine["resultType"] == theirs["data"]["resultType"]
        assert _same(_rows(mine), _rows(theirs["data"])), (_rows(mine), _rows(theirs["data"]))


@pytest.mark.parametrize("query", ["requests_total", "sum by (service) (rate(requests_total[5m]))", "time()", "1"])
async def test_ranges_are_as_prometheus_answers_them(prometheus: str, query: str) -> None:
    mine = matrix_of(over(filled(), query, START + 301, LATE, 47))
    theirs = await _ask(prometheus, "query_range", query=query, start=START + 301, end=LATE, step=47)
    assert _same(_rows(mine), _rows(theirs["data"]))


@pytest.mark.parametrize("query", REFUSED)
async def test_refuses_what_prometheus_refuses(prometheus: str, query: str) -> None:
    theirs = await _ask(prometheus, "query_range", query=query, start=AT - 60, end=AT, step=15)
    assert theirs["status"] == "error"
    with pytest.raises(PromqlError) as found:
        over(filled(), query, AT - 60, AT, 15)
    assert found.value.kind == theirs["errorType"], (str(found.value), theirs["error"])
