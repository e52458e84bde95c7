"""What was recorded is replayed as it was, and nothing else is."""

from __future__ import annotations

import json
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from midwatch import __version__
from midwatch.domain.evidence import Evidence, EvidenceState, Skipped, digest_of
from midwatch.domain.kube.decode import decode_page
from midwatch.domain.kube.kinds import BY_KIND
from midwatch.domain.observation import ComponentStatus
from midwatch.domain.observation_json import encode_observations
from midwatch.domain.query import (
    CatalogQuery,
    ComponentsQuery,
    ConnectivityQuery,
    LogsQuery,
    Query,
    ResourcesQuery,
    SignalsQuery,
    TracesQuery,
)
from midwatch.errors import SourceUnusable
from midwatch.sources.kubernetes import open_kubernetes
from midwatch.sources.recorder import Recorder
from midwatch.sources.snapshot import open_snapshot
from midwatch.sources.snapshot import writer as writer_module
from tests.sources.fake_api import FakeApi
from tests.sources.objects import config_map, pod, secret

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PODS = BY_KIND["Pod"].query()


class Scripted:
    """A source that gives prepared answers."""

    name = "scripted"

    def __init__(self, *answers: Evidence) -> None:
        self._answers = {each.query: each for each in answers}

    def answers(self, query: Query) -> bool:
        return query in self._answers

    async def fetch(self, query: Query) -> Evidence:
        return self._answers[query]


def answer(
    query: Query, state: EvidenceState = EvidenceState.OBSERVED, *pages: bytes, reason: str = ""
) -> Evidence:
    return Evidence("scripted", query, state, NOON, pages, reason, 2, (Skipped("a", "b"),), digest_of(pages))


ANSWERS = (
    answer(PODS, EvidenceState.OBSERVED, b'{"items":[]}', b'{"items":[{"metadata":{"name":"a"}}]}'),
    answer(BY_KIND["Pod"].query("a/../b"), EvidenceState.EMPTY, b'{"items":[]}'),
    answer(BY_KIND["Pod"].query("a_.._b"), EvidenceState.OBSERVED, b'{"items":[1]}'),
    answer(BY_KIND["Deployment"].query(), EvidenceState.DENIED, reason="forbidden"),
    answer(BY_KIND["Service"].query(), EvidenceState.TRUNCATED, b'{"items":[]}', reason="cut"),
    answer(ResourcesQuery("Widget", "../../etc", "..", "v1"), EvidenceState.FAILED, reason="garbage"),
    answer(LogsQuery("shop", "web", "app"), EvidenceState.OBSERVED, "héllo\n".encode()),
    answer(LogsQuery("shop", "web", "app", previous=True), EvidenceState.EMPTY, reason="not found"),
    answer(LogsQuery("shop", "web", ".."), EvidenceState.UNREACHABLE, reason="slow"),
    answer(CatalogQuery(), EvidenceState.OBSERVED, b'{"items":[]}'),
    answer(
        ComponentsQuery("node-1"),
        EvidenceState.OBSERVED,
        encode_observations([ComponentStatus("node-1", "kubelet", True, "active")]),
    ),
    answer(ConnectivityQuery(), EvidenceState.EMPTY, b"[]"),
    answer(SignalsQuery("shop", NOON), EvidenceState.EMPTY, b"[]"),
    answer(TracesQuery(), EvidenceState.OBSERVED, b"[]"),
)


async def recorded(*answers: Evidence) -> Recorder:
    recorder = Recorder(Scripted(*answers))
    for each in answers:
        assert await recorder.fetch(each.query) == each
    return recorder


async def test_every_answer_is_replayed_as_it_was(tmp_path: Path) -> None:
    (await recorded(*ANSWERS)).write(tmp_path / "snap")
    with tarfile.open(tmp_path / "snap.tgz", "w:gz") as tar:
        tar.add(tmp_path / "snap", "anywhere/snap")
    for path in (tmp_path / "snap", tmp_path / "snap.tgz"):
        source = open_snapshot(path)
        assert [await source.fetch(each.query) for each in ANSWERS] == list(ANSWERS)
        assert source.taken_at == NOON
        assert source.skipped == ()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["snap", "snap.tgz"]  # noqa: ASYNC240


async def test_the_format_is_what_is_documented(tmp_path: Path) -> None:
    (await recorded(*ANSWERS)).write(tmp_path, namespaces=["shop"])
    manifest = json.loads((tmp_path / "snapshot.json").read_text())
    assert (manifest["format"], manifest["midwatch"], manifest["source"]) == (1, __version__, "scripted")
    for name in ("resources/core/pods.json.gz", "resources/core/pods.2.json.gz", "logs/shop/web/app.log.gz"):
        assert (tmp_path / name).is_file()
    for name in ("catalog.json", "components.json", "connections.json", "signals.json", "calls.json"):
        assert (tmp_path / name).is_file()
    assert open_snapshot(tmp_path).namespaces == {"shop"}


async def test_a_live_cluster_is_replayed_as_it_was(tmp_path: Path) -> None:
    async with FakeApi() as api:
        api.add(*(pod(f"web-{number}") for number in range(5)), secret("db"), config_map("m"))
        api.deny("/apis/apps/v1/deployments")
        api.logs["shop", "web-0", "app", False] = "hello\n"
        live = await open_kubernetes(None, api.kubeconfig(tmp_path), page_size=2)
        recorder = Recorder(live)
        queries = [each.query() for each in BY_KIND.values()]
        queries += [
            CatalogQuery(),
            LogsQuery("shop", "web-0", "app"),
            LogsQuery("shop", "web-0", "app", previous=True),
        ]
        seen = [await recorder.fetch(query) for query in queries]
        await live.close()
    recorder.write(tmp_path / "snap")
    source = open_snapshot(tmp_path / "snap")
    assert [await source.fetch(query) for query in queries] == seen
    assert recorder.recorded == tuple(seen)
    assert recorder.name == "kubernetes:fake"


async def test_what_was_not_asked_is_unknown(tmp_path: Path) -> None:
    (await recorded(answer(PODS, EvidenceState.DENIED))).write(tmp_path / "snap")
    source = open_snapshot(tmp_path / "snap")
    for query in (BY_KIND["Service"].query(), BY_KIND["Pod"].query("shop")):
        found = await source.fetch(query)
        assert (found.state.complete, found.pages) == (False, ())
    assert not source.answers(LogsQuery("shop", "web", "app"))
    assert not source.answers(CatalogQuery())


async def test_one_namespace_is_told_from_a_list_of_all(tmp_path: Path) -> None:
    page = json.dumps({"items": [pod("a", "one"), pod("b", "two")]}).encode()
    (await recorded(answer(PODS, EvidenceState.OBSERVED, page))).write(tmp_path / "snap")
    source = open_snapshot(tmp_path / "snap")
    found = await source.fetch(BY_KIND["Pod"].query("two"))
    assert found.state is EvidenceState.OBSERVED
    assert [each.name for each in decode_page(found.pages[0], "Pod").objects] == ["b"]
    assert (await source.fetch(BY_KIND["Pod"].query("three"))).state is EvidenceState.EMPTY


async def test_all_namespaces_are_only_known_in_part_from_some(tmp_path: Path) -> None:
    parts = [
        answer(
            BY_KIND["Pod"].query(each), EvidenceState.OBSERVED, json.dumps({"items": [pod("a", each)]}).encode()
        )
        for each in ("one", "two")
    ]
    (await recorded(*parts)).write(tmp_path / "snap")
    found = await open_snapshot(tmp_path / "snap").fetch(PODS)
    assert (found.state, len(found.pages)) == (EvidenceState.TRUNCATED, 2)
    assert found.reason == "only recorded for one, two"


async def test_fewer_lines_of_a_recorded_log_can_be_asked_for(tmp_path: Path) -> None:
    (await recorded(answer(LogsQuery("shop", "web", "app"), EvidenceState.OBSERVED, b"1\n2\n3\n"))).write(
        tmp_path / "snap"
    )
    source = open_snapshot(tmp_path / "snap")
    assert (await source.fetch(LogsQuery("shop", "web", "app", tail_lines=2))).pages == (b"2\n3\n",)
    assert (await source.fetch(LogsQuery("shop", "web", "app", tail_lines=900))).state is EvidenceState.OBSERVED
    assert (await source.fetch(LogsQuery("shop", "other", "app"))).state is EvidenceState.FAILED


@pytest.mark.parametrize("damage", ["changed", "removed", "garbage"])
async def test_a_page_that_is_not_what_was_recorded_is_not_used(tmp_path: Path, damage: str) -> None:
    (await recorded(*ANSWERS)).write(tmp_path / "snap")
    page = (
        tmp_path / "snap" / "catalog.json"
        if damage == "changed"
        else tmp_path / "snap/resources/core/pods.json.gz"
    )
    if damage == "removed":
        page.unlink()
    else:
        page.write_bytes(b'{"items":[ ]}')
    source = open_snapshot(tmp_path / "snap")
    query = CatalogQuery() if damage == "changed" else PODS
    found = await source.fetch(query)
    assert (found.state, found.pages) == (EvidenceState.FAILED, ())
    assert page.name in found.reason
    assert [each.where for each in source.skipped] == [str(query)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "is damaged"),
        (b"[]", "is damaged"),
        (b'{"format": 99}', "is of format 99; this midwatch reads format 1"),
        (b'{"format": 1}', "is damaged"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "snapshot.json").write_bytes(content)
    with pytest.raises(SourceUnusable, match=said):
        open_snapshot(tmp_path)


async def test_a_query_from_the_future_is_skipped(tmp_path: Path) -> None:
    (await recorded(*ANSWERS)).write(tmp_path)
    manifest = tmp_path / "snapshot.json"
    manifest.write_text(manifest.read_text().replace('"calls"', '"dreams"'))
    source = open_snapshot(tmp_path)
    assert "unknown type 'dreams'" in source.skipped[0].why
    assert (await source.fetch(PODS)).state is EvidenceState.OBSERVED


async def test_values_of_secrets_are_not_written(tmp_path: Path) -> None:
    query = BY_KIND["Secret"].query()
    leak = json.dumps({"kind": "SecretList", "items": [secret("db")]}).encode()
    (await recorded(answer(query, EvidenceState.OBSERVED, leak))).write(tmp_path / "snap")
    found = await open_snapshot(tmp_path / "snap").fetch(query)
    assert found.state is EvidenceState.OBSERVED
    assert b"aHVudGVyMg" not in found.pages[0]


async def test_nothing_but_a_snapshot_is_replaced_and_that_only_on_request(tmp_path: Path) -> None:
    recorder = await recorded(*ANSWERS)
    target = tmp_path / "snap"
    recorder.write(target)
    with pytest.raises(SourceUnusable, match="is a snapshot already"):
        recorder.write(target)
    (await recorded(ANSWERS[0])).write(target, overwrite=True)
    assert not (target / "catalog.json").exists()
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "thesis.txt").touch()
    with pytest.raises(SourceUnusable, match="not empty and no snapshot"):
        recorder.write(tmp_path / "work", overwrite=True)
    (tmp_path / "file").touch()
    with pytest.raises(SourceUnusable, match="is a file"):
        recorder.write(tmp_path / "file", overwrite=True)
    with pytest.raises(SourceUnusable, match="nothing was recorded"):
        Recorder(Scripted()).write(tmp_path / "new")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "snap", "work"]  # noqa: ASYNC240


async def test_a_failed_write_leaves_the_old_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "snap"
    (await recorded(*ANSWERS)).write(target)

    def full(*_: object, **__: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writer_module.gzip, "compress", full)
    with pytest.raises(SourceUnusable, match="No space left on device"):
        (await recorded(ANSWERS[0])).write(target, overwrite=True)
    assert [each.name for each in tmp_path.iterdir()] == ["snap"]  # noqa: ASYNC240
    source = open_snapshot(target)
    assert await source.fetch(ANSWERS[1].query) == ANSWERS[1]
