"""Saving a whole cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from midwatch.domain.evidence import Evidence, EvidenceState
from midwatch.domain.kube.kinds import BY_KIND
from midwatch.domain.query import LogsQuery, ResourcesQuery
from midwatch.errors import SourceUnusable
from midwatch.sources.kubernetes import KubernetesSource, open_kubernetes
from midwatch.sources.recorder import save
from midwatch.sources.snapshot import open_snapshot
from tests.sources.fake_api import FakeApi, status
from tests.sources.objects import config_map, pod

PODS = BY_KIND["Pod"].query()


@pytest.fixture
async def shop() -> AsyncIterator[FakeApi]:
    async with FakeApi() as api:
        api.serve("Widget", "widgets", "example.com")
        api.serve("Certificate", "certificates", "cert-manager.io")
        api.serve("OAuthAccessToken", "oauthaccesstokens", "oauth.openshift.io", namespaced=False)
        api.serve("PodMetrics", "pods", "metrics.k8s.io", "v1beta1")
        api.add({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w", "namespace": "shop"}})
        api.add(
            pod("well"), pod("crashing", restarts=3), pod("unready", ready=False), pod("far", "other", restarts=1)
        )
        api.logs["shop", "crashing", "app", False] = "now\n"
        api.logs["shop", "crashing", "app", True] = "before\n"
        api.logs["shop", "unready", "app", False] = "waiting\n"
        yield api


async def live(api: FakeApi, tmp_path: Path) -> KubernetesSource:
    return await open_kubernetes(None, api.kubeconfig(tmp_path))


async def test_saving_asks_for_all_kinds_and_the_logs_of_what_is_unwell(shop: FakeApi, tmp_path: Path) -> None:
    source = await live(shop, tmp_path)
    told: list[Evidence] = []
    done = await save(source, tmp_path / "snap", progress=told.append)
    await source.close()
    assert tuple(told) == done
    assert not any(each.pages for each in done)
    kinds = {each.query.kind for each in done if isinstance(each.query, ResourcesQuery)}
    assert {"Pod", "Widget", "Certificate", "Secret"} <= kinds
    assert not {"Gateway", "OAuthAccessToken", "PodMetrics"} & kinds
    logs = {str(each.query) for each in done if isinstance(each.query, LogsQuery)}
    assert logs == {
        "logs shop/crashing -c app",
        "logs shop/crashing -c app --previous",
        "logs shop/unready -c app",
        "logs other/far -c app",
        "logs other/far -c app --previous",
    }
    replay = open_snapshot(tmp_path / "snap")
    for each in done:
        found = await replay.fetch(each.query)
        assert replace(found, pages=()) == each


async def test_saving_some_namespaces_asks_only_for_those(shop: FakeApi, tmp_path: Path) -> None:
    source = await live(shop, tmp_path)
    await save(source, tmp_path / "snap", ["shop"])
    await source.close()
    listed = [path for path in shop.paths() if path.endswith("/pods")]
    assert listed == ["/api/v1/namespaces/shop/pods"]
    assert not any("/other/" in path for path in shop.paths())
    assert "/api/v1/nodes" in shop.paths()
    assert open_snapshot(tmp_path / "snap").namespaces == {"shop"}


async def test_saving_costs_one_list_for_each_kind_however_many_objects(shop: FakeApi, tmp_path: Path) -> None:
    source = await live(shop, tmp_path)
    shop.requests.clear()
    few = await save(source, tmp_path / "few", most_logs=0)
    sent = len(shop.requests)
    shop.add(*(config_map(f"m{number}") for number in range(300)))
    many = await save(source, tmp_path / "many", most_logs=0)
    await source.close()
    assert len(few) == len(many)
    assert len(shop.requests) == 2 * sent
    assert sent == sum(each.requests for each in few)


async def test_saving_into_a_place_that_cannot_be_written_says_so(shop: FakeApi, tmp_path: Path) -> None:
    source = await live(shop, tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(SourceUnusable, match="cannot write the snapshot"):
        await save(source, tmp_path / "file" / "snap")
    await source.close()


async def test_a_cluster_that_denies_everything_is_still_a_snapshot(shop: FakeApi, tmp_path: Path) -> None:
    for each in shop.served:
        shop.answer(f"{each.base}/{each.resource}", 403, status(403, "no"))
    shop.answer("/apis", 403, status(403, "no"))
    source = await live(shop, tmp_path)
    await save(source, tmp_path / "snap")
    await source.close()
    found = await open_snapshot(tmp_path / "snap").fetch(PODS)
    assert (found.state, found.reason) == (EvidenceState.DENIED, "no")
