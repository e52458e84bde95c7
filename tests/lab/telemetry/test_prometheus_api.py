"""Metrics of a cluster, through the HTTP API of Prometheus."""

from __future__ import annotations

import asyncio
import shutil

import pytest

from midwatch.lab.core.kinds import POD
from midwatch.lab.core.metrics import labels
from midwatch.lab.telemetry import install
from midwatch.lab.world.disturbances import NodeDown
from tests.lab.telemetry.serving import START, add_deployment, add_pod, cluster, serving, set_pod


async def test_a_counter_that_grows_has_the_rate_at_which_it_grows() -> None:
    env = cluster()
    telemetry = install(env)
    at = labels(service="cart")
    env.clock.every(1.0, lambda: env.metrics.add("requests_total", at, 4.0))
    env.clock.run(600)
    async with serving(telemetry) as front:
        assert (await front.vector("rate(requests_total[5m])"))["service=cart"] == pytest.approx(4.0)
        found = await front.get(
            "/api/v1/query_range", query="requests_total", start=START + 300, end=START + 600, step="1m"
        )
        values = [float(value) for _, value in found["data"]["result"][0]["values"]]
        assert values == sorted(values)
        assert len(values) == 6


async def test_objects_are_told_as_kube_state_metrics_tells_them() -> None:
    env = cluster()
    telemetry = install(env)
    pod = add_pod(env, "cart", waiting="CrashLoopBackOff", ready=False)
    add_deployment(env, "cart", 3, 1)
    env.clock.run(20)
    async with serving(telemetry) as front:
        waiting = "sum by (pod, reason) (kube_pod_container_status_waiting_reason)"
        assert await front.vector(waiting) == {"pod=cart,reason=CrashLoopBackOff": 1}
        assert await front.vector("sum(kube_deployment_status_replicas_available)") == {"": 1}
        assert await front.vector('sum(kube_node_status_condition{condition="Ready",status="true"})') == {"": 1}
        limit = 'sum(kube_pod_container_resource_limits{resource="memory",unit="byte"})'
        assert await front.vector(limit) == {"": 64 * 2**20}
        set_pod(env, pod)
        env.clock.run(20)
        assert await front.vector(waiting) == {}
        env.registry.delete(POD, "shop", "cart", grace=0)
        env.clock.run(20)
        assert await front.vector("kube_pod_info") == {}


async def test_nobody_can_scrape_a_node_without_power() -> None:
    env = cluster()
    telemetry = install(env)
    env.metrics.set("container_memory_working_set_bytes", labels(node="n1", pod="cart"), 5.0)
    env.clock.run(30)
    async with serving(telemetry) as front:
        assert await front.vector("sum(container_memory_working_set_bytes)") == {"": 5}
        assert await front.vector('max by (node) (up{job="kubelet"})') == {"node=n1": 1}
        env.world.disturb(NodeDown("n1"))
        env.clock.run(30)
        assert await front.vector("sum(container_memory_working_set_bytes)") == {}
        assert await front.vector('max by (node) (up{job=~"kubelet|node-exporter"})') == {"node=n1": 0}


async def test_a_stopped_scraper_leaves_no_samples() -> None:
    env = cluster()
    telemetry = install(env)
    telemetry.enabled = False
    env.clock.run(300)
    async with serving(telemetry) as front:
        assert await front.vector("up") == {}
        assert (await front.get("/api/v1/labels"))["data"] == []


async def test_series_labels_and_metadata_tell_what_there_is() -> None:
    env = cluster()
    telemetry = install(env)
    env.metrics.add("requests_total", labels(service="cart"), 1.0)
    env.metrics.add("seconds_bucket", labels(service="cart", le="+Inf"), 1.0)
    env.clock.run(20)
    async with serving(telemetry) as front:
        names = (await front.get("/api/v1/label/__name__/values"))["data"]
        assert {"requests_total", "seconds_bucket", "up"} <= set(names)
        assert (await front.get("/api/v1/label/service/values"))["data"] == ["cart"]
        found = await front.get("/api/v1/series", **{"match[]": 'requests_total{service=~"c.+"}'})
        assert found["data"] == [{"__name__": "requests_total", "service": "cart"}]
        metadata = (await front.get("/api/v1/metadata"))["data"]
        assert metadata["requests_total"][0]["type"] == "counter"
        assert metadata["seconds"][0]["type"] == "histogram"
        targets = (await front.get("/api/v1/targets"))["data"]["activeTargets"]
        assert {each["health"] for each in targets if each["labels"]["job"] == "kubelet"} == {"up"}
        assert (await front.text("/-/ready"))[0] == 200


@pytest.mark.parametrize(
    ("query", "error"),
    [
        (
            "rate(up)",
            '1:6: parse error: expected type range vector in call to function "rate", got instant vector',
        ),
        ("sum(", "1:5: parse error: unexpected end of input"),
        ("nope(up)", '1:1: parse error: unknown function with name "nope"'),
        ("", "1:1: parse error: no expression found in input"),
    ],
)
async def test_a_bad_query_is_refused_in_the_words_of_prometheus(query: str, error: str) -> None:
    async with serving(install(cluster())) as front:
        status, _ = await front.text("/api/v1/query", query=query)
        found = await front.get("/api/v1/query", query=query)
        assert status == 400
        assert found == {
            "status": "error",
            "errorType": "bad_data",
            "error": f'invalid parameter "query": {error}',
        }


async def test_what_cannot_be_matched_is_an_execution_error() -> None:
    env = cluster()
    telemetry = install(env)
    for each in ("a", "b"):
        env.metrics.set("many", labels(service=each), 1.0)
    env.clock.run(20)
    async with serving(telemetry) as front:
        status, text = await front.text("/api/v1/query", query="many / on () many")
        assert status == 422
        assert "many-to-many matching not allowed" in text


async def test_the_text_format_is_valid() -> None:
    env = cluster()
    telemetry = install(env)
    env.metrics.set("strange", labels(text='a "quoted"\\ line\nand more'), 0.5)
    env.metrics.add("requests_total", labels(service="cart"), 1e12)
    for edge in ("1", "+Inf"):
        env.metrics.add("seconds_bucket", labels(le=edge), 2.0)
    env.metrics.add("seconds_sum", labels(), 1.0)
    env.metrics.add("seconds_count", labels(), 2.0)
    env.clock.run(20)
    async with serving(telemetry) as front:
        status, text = await front.text("/metrics")
        assert status == 200
        assert 'strange{text="a \\"quoted\\"\\\\ line\\nand more"} 0.5' in text.splitlines()
        assert text.index("# TYPE seconds histogram") < text.index("seconds_sum 1")
    if shutil.which("promtool"):
        tool = await asyncio.create_subprocess_exec("promtool", "check", "metrics", stdin=-1, stderr=-1)
        _, said = await tool.communicate(text.encode())
        assert tool.returncode in (0, 3), said  # 3: opinions on names only


def test_memory_is_bounded_and_old_samples_go() -> None:
    env = cluster()
    telemetry = install(env, retention=1800)
    at = labels(service="cart")
    env.clock.every(1.0, lambda: env.metrics.add("requests_total", at, 1.0))
    env.clock.run(3600)
    early = telemetry.database.entries
    env.clock.run(4 * 3600)
    assert telemetry.database.entries <= 1.5 * early
    span = telemetry.database.span
    assert span is not None
    assert span[1] - span[0] <= 1800 + 41 * 15
