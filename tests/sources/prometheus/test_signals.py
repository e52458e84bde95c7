"""What midwatch reads of a Prometheus; the lab's own one answers, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from aiohttp.test_utils import TestServer

from midwatch.detectors.performance._weights import weight
from midwatch.domain.evidence import Evidence, EvidenceState
from midwatch.domain.observation import Call, Measure, Signal
from midwatch.domain.observation_json import decode_observations
from midwatch.domain.query import ResourcesQuery, SignalsQuery, TracesQuery
from midwatch.domain.resource import Ref
from midwatch.sources.prometheus import PrometheusSource, open_prometheus
from tests.sources.prometheus.shop import START, Shop

WEB, CART, STOCK = (Ref("Deployment", "shop", each) for each in ("web", "cart", "stock"))


@asynccontextmanager
async def _source(shop: Shop) -> AsyncGenerator[PrometheusSource]:
    async with TestServer(shop.telemetry.application()) as server:
        source = open_prometheus(str(server.make_url("/")))
        try:
            yield source
        finally:
            await source.close()


async def _read(shop: Shop, query: SignalsQuery | None = None) -> tuple[Evidence, list[Signal]]:
    async with _source(shop) as source:
        evidence = await source.fetch(query or SignalsQuery())
        found = decode_observations(evidence.query, evidence.pages)
        return evidence, [each for each in found if isinstance(each, Signal)]


def _of(signals: list[Signal], subject: Ref) -> dict[Measure, Signal]:
    return {each.measure: each for each in signals if each.subject == subject}


async def test_noise_alone_is_no_signal() -> None:
    shop = Shop()
    shop.run(60)
    evidence, signals = await _read(shop)
    assert signals == []
    assert evidence.state is EvidenceState.EMPTY
    assert evidence.requests < 20


async def test_a_slow_service_is_told_with_its_normal_value_and_the_begin() -> None:
    shop = Shop()
    shop.run(40)
    shop.milliseconds["stock"] = 120.0
    shop.run(10)
    evidence, signals = await _read(shop)
    assert evidence.state is EvidenceState.OBSERVED
    assert {each.subject for each in signals} == {STOCK}
    late = [each for each in signals if each.measure is Measure.LATENCY]
    assert {each.detail.split(" ", 1)[0] for each in late} == {"mean", "p95"}
    mean = next(each for each in late if each.detail.startswith("mean"))
    assert mean.unit == "ms"
    assert mean.normal is not None
    assert mean.current is not None
    assert 9 < mean.normal < 11
    assert 110 < mean.current < 130
    assert mean.since is not None
    assert abs((mean.since - datetime.fromtimestamp(START + 40 * 60, UTC)).total_seconds()) <= 180
    assert weight(mean) > 0.5


async def test_a_fault_that_lasts_long_is_still_compared_with_what_was_before_it() -> None:
    shop = Shop()
    shop.run(15)
    shop.errors["cart"] = 0.3
    shop.run(100)
    _, signals = await _read(shop)
    found = _of(signals, CART)
    assert set(found) == {Measure.ERRORS}
    assert found[Measure.ERRORS].normal == 0
    assert 28 < (found[Measure.ERRORS].current or 0) < 32
    assert weight(found[Measure.ERRORS]) == 1


async def test_a_fault_that_is_over_is_no_signal() -> None:
    shop = Shop()
    shop.run(40)
    shop.milliseconds["stock"] = 300.0
    shop.run(10)
    shop.milliseconds["stock"] = 8.0
    shop.run(15)
    _, signals = await _read(shop)
    assert signals == []


async def test_saturation_is_told_in_the_units_that_detectors_weigh() -> None:
    shop = Shop()
    shop.run(40)
    shop.cores["cart"], shop.throttled["cart"], shop.full["stock"], shop.busy = 0.5, 0.6, 0.97, 0.95
    shop.run(8)
    _, signals = await _read(shop)
    cart, stock, node = _of(signals, CART), _of(signals, STOCK), _of(signals, Ref("Node", "", "n1"))
    assert cart[Measure.CPU].unit == " cores"
    assert weight(cart[Measure.CPU]) > 0.9
    assert 55 < (cart[Measure.CPU_THROTTLING].current or 0) < 65
    assert stock[Measure.MEMORY].current == 97
    assert weight(stock[Measure.MEMORY]) == 1
    assert 94 < (node[Measure.CPU].current or 0) < 96


async def test_lost_traffic_is_told_even_when_its_series_end() -> None:
    shop = Shop()
    shop.run(40)
    shop.rps["stock"] = 0.0
    shop.run(8)
    _, signals = await _read(shop)
    assert _of(signals, STOCK)[Measure.TRAFFIC].current == 0


async def test_workloads_come_from_recorded_owners_where_there_are_any() -> None:
    shop = Shop()
    owner = {
        "namespace": "shop",
        "pod": "cart-6d5f8c7b9-x2k4z",
        "workload": "basket",
        "workload_type": "statefulset",
    }
    name = "namespace_workload_pod:kube_pod_owner:relabel"
    at = tuple(sorted(owner.items()))
    shop.env.clock.every(5.0, lambda: shop.env.metrics.set(name, at, 1.0))
    shop.run(30)
    shop.cores["cart"] = 0.6
    shop.run(8)
    _, signals = await _read(shop)
    assert Measure.CPU in _of(signals, Ref("StatefulSet", "shop", "basket"))


async def test_a_query_for_a_namespace_or_a_time_leaves_out_the_rest() -> None:
    shop = Shop()
    shop.run(40)
    shop.cores["cart"] = shop.busy = 0.9
    shop.run(8)
    _, signals = await _read(shop, SignalsQuery("shop"))
    assert {each.subject for each in signals} == {CART}
    _, signals = await _read(shop, SignalsQuery("other"))
    assert signals == []
    _, signals = await _read(shop, SignalsQuery(since=datetime.fromtimestamp(START + 46 * 60, UTC)))
    assert signals == []


async def test_who_calls_whom_comes_from_the_mesh() -> None:
    shop = Shop()
    shop.run(10)
    async with _source(shop) as source:
        evidence = await source.fetch(TracesQuery())
        found = decode_observations(evidence.query, evidence.pages)
    assert [(each.caller, each.callee) for each in found if isinstance(each, Call)] == [(CART, STOCK), (WEB, CART)]


async def test_without_known_metrics_or_history_nothing_is_healthy() -> None:
    young = Shop()
    young.run(4)
    evidence, _ = await _read(young)
    assert evidence.state is EvidenceState.FAILED
    assert "far enough" in evidence.reason
    empty = Shop()
    evidence, _ = await _read(empty)
    assert evidence.state is EvidenceState.FAILED
    assert "none of the metrics" in evidence.reason
    async with _source(empty) as source:
        assert (await source.fetch(TracesQuery())).state is EvidenceState.FAILED
        assert not source.answers(ResourcesQuery("Pod", "pods"))


async def test_doctor_learns_how_much_can_be_asked() -> None:
    shop = Shop()
    shop.run(5)
    async with _source(shop) as source:
        (probe,) = await source.check()
    assert probe.state is EvidenceState.OBSERVED
    assert "questions can be asked" in probe.detail


async def _calls(shop: Shop) -> list[Call]:
    async with _source(shop) as source:
        evidence = await source.fetch(TracesQuery())
        return [each for each in decode_observations(evidence.query, evidence.pages) if isinstance(each, Call)]


async def test_connections_between_pods_tell_what_is_usual_and_what_is_now() -> None:
    shop = Shop(milliseconds_apart=0.4)
    shop.run(60)
    shop.milliseconds_apart = 120.0
    shop.run(10)
    [link] = [each for each in await _calls(shop) if each.caller.kind == "Pod"]
    assert (link.caller.name, link.callee.name) == ("web-6d5f8c7b9-x2k4z", "cart-6d5f8c7b9-x2k4z")
    assert link.rtt is not None
    assert (link.rtt.normal, link.rtt.current) == (0.4, 120.0)


async def test_round_trips_of_a_late_service_are_told_though_they_did_not_change() -> None:
    shop = Shop(milliseconds_apart=0.4)
    shop.run(40)
    shop.milliseconds["cart"] = 300.0
    shop.run(10)
    _, signals = await _read(shop)
    near = _of(signals, CART)[Measure.NETWORK_RTT]
    assert near.normal == near.current == 0.4
    assert weight(near) == 0
