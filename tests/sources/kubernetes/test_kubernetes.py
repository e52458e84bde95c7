"""The catalogue, logs and the doctor of a live cluster."""

from __future__ import annotations

import pytest

from midwatch.domain.catalog import decode_catalog
from midwatch.domain.evidence import EvidenceState
from midwatch.domain.kube.kinds import BY_KIND
from midwatch.domain.query import CatalogQuery, ComponentsQuery, LogsQuery, ResourcesQuery
from midwatch.errors import UnknownName
from tests.sources.fake_api import FakeApi, status
from tests.sources.kubernetes.opening import Open
from tests.sources.objects import secret

PODS = BY_KIND["Pod"].query()
LOGS = LogsQuery("shop", "web-0", "app")
LOG_PATH = "/api/v1/namespaces/shop/pods/web-0/log"


async def test_the_catalogue_costs_two_requests_with_aggregated_discovery(api: FakeApi, connect: Open) -> None:
    api.serve("Widget", "widgets", "example.com", "v2")
    api.serve("Widget", "widgets", "example.com", "v1")
    api.serve("PodMetrics", "pods", "metrics.k8s.io", "v1beta1")
    api.stale_groups.add("metrics.k8s.io")
    source = await connect()
    found = await source.fetch(CatalogQuery())
    entries = {(each.group, each.resource): each for each in decode_catalog(found.pages[0])}
    assert (found.state, found.requests) == (EvidenceState.OBSERVED, 2)
    assert entries["example.com", "widgets"].version == "v2"
    assert entries["", "pods"].namespaced
    assert not entries["", "nodes"].namespaced
    assert entries["apps", "deployments"].verbs == ("get", "list")
    assert [each.where for each in found.skipped] == ["metrics.k8s.io/v1beta1"]


async def test_the_catalogue_falls_back_to_group_by_group(
    api: FakeApi, connect: Open, pauses: list[float]
) -> None:
    source = await connect()
    aggregated = await source.fetch(CatalogQuery())
    api.aggregated = False
    api.serve("PodMetrics", "pods", "metrics.k8s.io", "v1beta1")
    api.answer("/apis/metrics.k8s.io/v1beta1", 503, status(503, "the server is currently unable"))
    found = await source.fetch(CatalogQuery())
    assert found.pages == aggregated.pages
    assert [(each.where, each.why) for each in found.skipped] == [
        ("metrics.k8s.io/v1beta1", "the server is currently unable")
    ]


@pytest.mark.parametrize("aggregated", [True, False])
async def test_the_catalogue_is_denied_or_fails_like_any_read(
    api: FakeApi, connect: Open, aggregated: bool, pauses: list[float]
) -> None:
    api.aggregated = aggregated
    source = await connect()
    api.deny("/apis")
    assert (await source.fetch(CatalogQuery())).state is EvidenceState.DENIED
    api.answer("/apis", 200, b"<html>")
    assert (await source.fetch(CatalogQuery())).state is EvidenceState.FAILED


async def test_a_log_is_the_last_lines_as_text(api: FakeApi, connect: Open) -> None:
    api.logs["shop", "web-0", "app", False] = "".join(f"line {number}\n" for number in range(900))
    source = await connect()
    found = await source.fetch(LOGS)
    assert found.state is EvidenceState.OBSERVED
    assert found.pages[0].splitlines()[0] == b"line 400"
    asked = api.requests[0].query
    assert (asked["tailLines"], asked["limitBytes"], asked["timestamps"]) == ("500", "1048576", "true")
    assert asked["previous"] == "false"


@pytest.mark.parametrize(
    ("query", "code", "message", "state"),
    [
        (LogsQuery("shop", "web-0", "app", previous=True), 0, "", EvidenceState.EMPTY),
        (LOGS, 403, "pods/log is forbidden", EvidenceState.DENIED),
        (LOGS, 400, 'container "app" in pod "web-0" is waiting to start: ImagePullBackOff', EvidenceState.EMPTY),
        (LOGS, 400, "a container name must be specified", EvidenceState.FAILED),
        (LOGS, 404, 'pods "web-0" not found', EvidenceState.EMPTY),
        (LOGS, 500, "kubelet is gone", EvidenceState.FAILED),
    ],
)
async def test_a_log_that_cannot_be_read_says_why(
    api: FakeApi,
    connect: Open,
    pauses: list[float],
    query: LogsQuery,
    code: int,
    message: str,
    state: EvidenceState,
) -> None:
    source = await connect()
    if code:
        api.answer(LOG_PATH, code, status(code, message))
    found = await source.fetch(query)
    assert (found.state, found.pages) == (state, ())
    assert message in found.reason
    assert found.reason


@pytest.mark.parametrize(
    ("body", "state"),
    [
        (b"", EvidenceState.EMPTY),
        (b"\xff\xfe broken\n", EvidenceState.OBSERVED),
        (b"x" * (1024 * 1024 + 5), EvidenceState.TRUNCATED),
        (b"unable to retrieve container logs for containerd://abc", EvidenceState.FAILED),
    ],
)
async def test_odd_logs_are_still_text(api: FakeApi, connect: Open, body: bytes, state: EvidenceState) -> None:
    source = await connect()
    api.answer(LOG_PATH, 200, body)
    found = await source.fetch(LOGS)
    assert found.state is state
    assert all(page.decode() for page in found.pages)


async def test_names_cannot_leave_their_place_in_the_path(api: FakeApi, connect: Open) -> None:
    source = await connect()
    await source.fetch(LogsQuery("../../secrets?", "a/b", "app"))
    await source.fetch(ResourcesQuery("Pod", "pods", namespace="../x"))
    assert all(".." not in path.split("/") or path.count("/") > 4 for path in api.paths())
    assert "/api/v1/secrets" not in api.paths()


async def test_other_questions_are_not_for_a_cluster(connect: Open) -> None:
    source = await connect()
    assert not source.answers(ComponentsQuery())
    assert source.answers(PODS)
    assert source.answers(CatalogQuery())
    with pytest.raises(UnknownName, match="cannot answer"):
        await source.fetch(ComponentsQuery())


async def test_the_doctor_proves_each_permission_by_reading_one_object(api: FakeApi, connect: Open) -> None:
    api.logs["shop", "web-0", "app", False] = "hello\n"
    api.add(secret("db"))
    source = await connect()
    api.deny("/api/v1/configmaps")
    probes = {each.name: each for each in await source.check()}
    assert "v1.34.0" in probes["API server"].detail
    assert probes["list pods"].state is EvidenceState.OBSERVED
    assert probes["list certificates.cert-manager.io"].state is EvidenceState.EMPTY
    assert probes["list configmaps"].state is EvidenceState.DENIED
    assert 'resources ["configmaps"]' in probes["list configmaps"].advice.replace("'", '"')
    assert probes["pod logs"].state is EvidenceState.OBSERVED
    assert all(each.query["limit"] == "1" for each in api.requests if "limit" in each.query)
