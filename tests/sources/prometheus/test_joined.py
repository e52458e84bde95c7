"""The composition root joins a Prometheus to the cluster when one is configured."""

from __future__ import annotations

from pathlib import Path

from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from midwatch.app import Target, open_source
from midwatch.domain.evidence import EvidenceState
from midwatch.domain.query import ResourcesQuery, SignalsQuery
from midwatch.settings import Settings
from tests.sources.fake_api import FakeApi
from tests.sources.prometheus.shop import Shop


async def test_signals_come_from_prometheus_and_objects_from_the_cluster(tmp_path: Path) -> None:
    shop = Shop()
    shop.run(40)
    shop.milliseconds["stock"] = 200.0
    shop.run(8)
    async with FakeApi() as api, TestServer(shop.telemetry.application()) as server:
        settings = Settings(
            kubeconfig=api.kubeconfig(tmp_path),
            prometheus_url=str(server.make_url("/")),
            prometheus_token=SecretStr("token"),
        )
        async with open_source(Target(), settings) as source:
            assert "kubernetes:" in source.name
            assert "prometheus:" in source.name
            assert (await source.fetch(SignalsQuery())).state is EvidenceState.OBSERVED
            assert (await source.fetch(ResourcesQuery("Pod", "pods"))).state.complete
        async with open_source(Target(), Settings(kubeconfig=api.kubeconfig(tmp_path))) as source:
            assert not source.answers(SignalsQuery())
