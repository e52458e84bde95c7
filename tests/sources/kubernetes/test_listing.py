"""LISTs of a server that behaves, and misbehaves, like an API server."""

from __future__ import annotations

import json

import pytest

from midwatch import __version__
from midwatch.domain.evidence import EvidenceState
from midwatch.domain.kube.decode import decode_page
from midwatch.domain.kube.kinds import BY_KIND
from midwatch.domain.query import ResourcesQuery
from tests.sources.fake_api import FakeApi, status
from tests.sources.kubernetes.opening import Open
from tests.sources.objects import pod, secret

PODS = BY_KIND["Pod"].query()
SECRETS = BY_KIND["Secret"].query()
POD_PATH = "/api/v1/pods"


def names(pages: tuple[bytes, ...]) -> list[str]:
    return [each.name for page in pages for each in decode_page(page, "Pod").objects]


async def test_a_list_is_read_page_by_page(api: FakeApi, connect: Open) -> None:
    source = await connect(page_size=3)
    found = await source.fetch(PODS)
    assert (found.state, len(found.pages), found.requests) == (EvidenceState.OBSERVED, 3, 3)
    assert names(found.pages) == [f"web-{number}" for number in range(7)]
    assert [each.query.get("limit") for each in api.requests] == ["3", "3", "3"]
    assert all("resourceVersion" not in each.query for each in api.requests)
    assert found.digest.startswith("sha256:")
    assert found.source == "kubernetes:fake"


async def test_requests_say_who_asks_and_accept_compression(api: FakeApi, connect: Open) -> None:
    source = await connect()
    await source.fetch(PODS)
    headers = api.requests[0].headers
    assert headers["User-Agent"] == f"midwatch/{__version__}"
    assert "gzip" in headers["Accept-Encoding"]
    assert headers["Authorization"] == "Bearer good"


async def test_a_namespace_is_listed_alone(api: FakeApi, connect: Open) -> None:
    api.add(pod("other", "elsewhere"))
    source = await connect()
    found = await source.fetch(BY_KIND["Pod"].query("elsewhere"))
    assert names(found.pages) == ["other"]


async def test_a_kind_without_objects_is_empty(connect: Open) -> None:
    found = await (await connect()).fetch(BY_KIND["Node"].query())
    assert (found.state, found.requests) == (EvidenceState.EMPTY, 1)


async def test_an_api_that_is_not_served_is_empty_and_says_so(connect: Open) -> None:
    found = await (await connect()).fetch(ResourcesQuery("Widget", "widgets", "example.com"))
    assert found.state is EvidenceState.EMPTY
    assert "not served" in found.reason


@pytest.mark.parametrize("code", [401, 403])
async def test_a_refusal_is_denied_with_the_words_of_the_server(api: FakeApi, connect: Open, code: int) -> None:
    source = await connect()
    api.answer(POD_PATH, code, status(code, "User reader cannot list resource pods"))
    found = await source.fetch(PODS)
    assert (found.state, found.pages) == (EvidenceState.DENIED, ())
    assert found.reason == "User reader cannot list resource pods"


async def test_an_expired_token_goes_on_with_the_one_the_server_offers(api: FakeApi, connect: Open) -> None:
    source = await connect(page_size=3)
    api.expire(POD_PATH, offer="3")
    found = await source.fetch(PODS)
    assert found.state is EvidenceState.OBSERVED
    assert names(found.pages) == [f"web-{number}" for number in range(7)]
    assert "expired" in found.skipped[0].why


async def test_an_expired_token_without_an_offer_begins_again_once(api: FakeApi, connect: Open) -> None:
    source = await connect(page_size=3)
    api.expire(POD_PATH)
    found = await source.fetch(PODS)
    assert (found.state, found.requests) == (EvidenceState.OBSERVED, 5)
    assert len(names(found.pages)) == 7


async def test_a_token_that_expires_twice_leaves_a_truncated_list(api: FakeApi, connect: Open) -> None:
    source = await connect(page_size=3)
    api.expire(POD_PATH, times=2)
    found = await source.fetch(PODS)
    assert (found.state, len(names(found.pages))) == (EvidenceState.TRUNCATED, 3)
    assert "too old" in found.reason


async def test_a_server_that_is_busy_is_asked_again_as_late_as_it_says(
    api: FakeApi, connect: Open, pauses: list[float]
) -> None:
    source = await connect()
    api.answer(POD_PATH, 429, status(429, "slow down"), headers={"Retry-After": "2"}, times=2)
    found = await source.fetch(PODS)
    assert (found.state, found.requests, pauses) == (EvidenceState.OBSERVED, 3, [2.0, 2.0])


@pytest.mark.parametrize("code", [429, 500, 503])
async def test_a_server_that_stays_broken_is_a_failure_after_bounded_attempts(
    api: FakeApi, connect: Open, pauses: list[float], code: int
) -> None:
    source = await connect()
    api.answer(POD_PATH, code, status(code, "etcd is sad"))
    found = await source.fetch(PODS)
    assert (found.state, found.requests, found.reason) == (EvidenceState.FAILED, 4, "etcd is sad")


async def test_a_failure_after_some_pages_keeps_them_and_calls_the_list_truncated(
    api: FakeApi, connect: Open, pauses: list[float]
) -> None:
    source = await connect(page_size=3)
    api.answer(POD_PATH, 500, status(500, "boom"), only_with="continue")
    found = await source.fetch(PODS)
    assert (found.state, len(names(found.pages))) == (EvidenceState.TRUNCATED, 3)
    assert "after 3 objects: boom" in found.reason


@pytest.mark.parametrize(
    "body",
    [b"<html>login</html>", b"", b"{", b'{"items": 3}', b"[]", b"\xff\xfe", b'{"kind":"PodList"}', b"[" * 100_000],
)
async def test_garbage_is_a_failure(api: FakeApi, connect: Open, body: bytes) -> None:
    source = await connect()
    api.answer(POD_PATH, 200, body, headers={"Content-Type": "text/html"})
    found = await source.fetch(PODS)
    assert (found.state, found.pages) == (EvidenceState.FAILED, ())
    assert "login" not in found.reason


async def test_a_slow_server_is_unreachable(api: FakeApi, connect: Open) -> None:
    source = await connect(timeout=0.2)
    api.delay(POD_PATH, 5)
    found = await source.fetch(PODS)
    assert found.state is EvidenceState.UNREACHABLE
    assert "within 0.2 s" in found.reason


async def test_a_server_that_went_away_is_unreachable(api: FakeApi, connect: Open) -> None:
    source = await connect()
    await api.__aexit__()
    found = await source.fetch(PODS)
    assert found.state is EvidenceState.UNREACHABLE
    assert "127.0.0.1" in found.reason


async def test_pages_beyond_the_byte_budget_are_cut(connect: Open) -> None:
    source = await connect(page_size=3, byte_budget=2_000)
    found = await source.fetch(PODS)
    assert (found.state, len(names(found.pages))) == (EvidenceState.TRUNCATED, 3)
    assert "2000 bytes" in found.reason


async def test_a_server_that_repeats_its_token_does_not_hold_the_list_forever(api: FakeApi, connect: Open) -> None:
    source = await connect(page_size=3)
    api.answer(POD_PATH, 200, b'{"items":[{"metadata":{"name":"a"}}],"metadata":{"continue":"same"}}')
    found = await source.fetch(PODS)
    assert (found.state, found.requests) == (EvidenceState.TRUNCATED, 2)


async def test_secrets_are_read_as_metadata_without_the_copies_in_annotations(api: FakeApi, connect: Open) -> None:
    api.add(secret("db"))
    source = await connect()
    found = await source.fetch(SECRETS)
    assert found.state is EvidenceState.OBSERVED
    assert b"aHVudGVyMg" not in found.pages[0]
    assert b"team" in found.pages[0]
    assert "as=PartialObjectMetadataList" in api.requests[0].headers["Accept"]


async def test_secrets_are_never_read_whole_even_when_asked_for(api: FakeApi, connect: Open) -> None:
    api.add(secret("db"))
    source = await connect()
    found = await source.fetch(ResourcesQuery("Secret", "secrets"))
    assert b"aHVudGVyMg" not in found.pages[0]


async def test_whole_secrets_from_a_server_that_ignores_metadata_only_are_discarded(
    api: FakeApi, connect: Open
) -> None:
    api.add(secret("db"))
    api.honours_metadata_only = False
    source = await connect()
    found = await source.fetch(SECRETS)
    assert (found.state, found.pages) == (EvidenceState.FAILED, ())
    assert "discarded" in found.reason


async def test_whole_secrets_that_call_themselves_metadata_are_discarded(api: FakeApi, connect: Open) -> None:
    source = await connect()
    body = json.dumps({"kind": "PartialObjectMetadataList", "items": [secret("db")]}).encode()
    api.answer("/api/v1/secrets", 200, body)
    found = await source.fetch(SECRETS)
    assert (found.state, found.pages) == (EvidenceState.FAILED, ())
