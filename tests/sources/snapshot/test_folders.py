"""Folders of YAML and JSON, nested anyhow."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from midwatch.domain.catalog import decode_catalog
from midwatch.domain.evidence import EvidenceState
from midwatch.domain.json import JSON
from midwatch.domain.kube.cluster import Secret
from midwatch.domain.kube.decode import decode_page
from midwatch.domain.kube.kinds import BY_KIND
from midwatch.domain.observation import ComponentStatus, ConnectionCheck
from midwatch.domain.observation_json import encode_observations
from midwatch.domain.query import CatalogQuery, ComponentsQuery, ConnectivityQuery, LogsQuery, ResourcesQuery
from midwatch.domain.resource import Ref
from midwatch.errors import UnknownName
from midwatch.sources.snapshot import open_snapshot
from tests.sources.objects import config_map, event, pod, secret
from tests.sources.snapshot.files import PODS, as_documents, listing, names, write

NODE: JSON = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}}
WIDGETS = ResourcesQuery("Widget", "widgets", "example.com")


async def test_a_folder_of_yaml_and_json_nested_anyhow(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "pods.json": {
                "kind": "List",
                "apiVersion": "v1",
                "items": [pod("a"), {"kind": "List", "items": [pod("b")]}],
            },
            "deep/er/many.yaml": "# two\n" + as_documents(pod("c"), config_map("m")) + "---\n",
            "deep/array.json": [pod("d", "other")],
            "one.json.gz": gzip.compress(json.dumps(pod("e")).encode()),
            "list.yml": listing("Pod", pod("f")),
            "flow.yaml": "{apiVersion: v1, kind: Pod, metadata: {name: g, namespace: shop}}",
            "windows.yaml": yaml.safe_dump(pod("h")).encode("utf-16"),
            "README.md": "hello",
            "again.json": pod("a"),
        },
    )
    source = open_snapshot(tmp_path)
    found = await source.fetch(PODS)
    assert (found.state, found.requests) == (EvidenceState.OBSERVED, 0)
    assert sorted(names(found)) == list("abcdefgh")
    assert names(await source.fetch(BY_KIND["Pod"].query("other"))) == ["d"]
    assert (await source.fetch(BY_KIND["Pod"].query("nowhere"))).state is EvidenceState.EMPTY
    assert names(await source.fetch(BY_KIND["ConfigMap"].query()), "ConfigMap") == ["m"]
    assert [each.where for each in source.skipped] == ["README.md"]


async def test_a_kind_that_is_not_there_is_unknown_and_not_absent(tmp_path: Path) -> None:
    source = open_snapshot(write(tmp_path, {"pod.yaml": pod("a"), "nodes.json": listing("Node")}))
    missing = await source.fetch(BY_KIND["Service"].query())
    assert (missing.state, missing.reason) == (EvidenceState.FAILED, "not part of this snapshot")
    assert (await source.fetch(BY_KIND["Node"].query())).state is EvidenceState.EMPTY
    log = await source.fetch(LogsQuery("shop", "a", "app"))
    assert (log.state, log.reason) == (EvidenceState.FAILED, "not part of this snapshot")


async def test_kinds_are_told_apart_by_group(tmp_path: Path) -> None:
    odd: dict[str, JSON] = {"apiVersion": "serving.knative.dev/v1", "kind": "Service", "metadata": {"name": "k"}}
    source = open_snapshot(write(tmp_path, {"a.yaml": odd}))
    assert (await source.fetch(BY_KIND["Service"].query())).state is EvidenceState.FAILED
    query = ResourcesQuery("Service", "services", "serving.knative.dev")
    assert (await source.fetch(query)).state is EvidenceState.OBSERVED


async def test_another_tools_snapshot_json_is_no_manifest(tmp_path: Path) -> None:
    source = open_snapshot(write(tmp_path, {"a/snapshot.json": {"format": "velero"}, "a/b/pod.json": pod("a")}))
    assert names(await source.fetch(PODS)) == ["a"]


async def test_events_of_the_newer_api_are_events(tmp_path: Path) -> None:
    newer = event("e", "2026-01-01T00:00:00Z") | {"apiVersion": "events.k8s.io/v1"}
    source = open_snapshot(write(tmp_path, {"a.yaml": newer}))
    assert names(await source.fetch(BY_KIND["Event"].query()), "Event") == ["e"]


@pytest.mark.parametrize("name", ["s.json", "s.yaml"])
@pytest.mark.parametrize("wrapped", [False, True])
async def test_values_of_secrets_are_never_kept(tmp_path: Path, name: str, wrapped: bool) -> None:
    content: JSON = listing("Secret", secret("db")) if wrapped else secret("db")
    source = open_snapshot(write(tmp_path, {name: content}))
    found = await source.fetch(BY_KIND["Secret"].query())
    assert b"aHVudGVyMg" not in found.pages[0]
    kept = decode_page(found.pages[0], "Secret").objects[0]
    assert isinstance(kept, Secret)
    assert kept.keys == ("password",)


async def test_a_secret_in_disguise_loses_its_values_too(tmp_path: Path) -> None:
    text = 'kind: ConfigMap\napiVersion: v1\n"kind": Secret\nmetadata: {name: s}\ndata: {password: aHVudGVyMg==}\n'
    source = open_snapshot(write(tmp_path, {"s.yaml": text}))
    pages = [
        page for kind in ("ConfigMap", "Secret") for page in (await source.fetch(BY_KIND[kind].query())).pages
    ]
    assert pages
    assert not any(b"aHVudGVyMg" in page for page in pages)


async def test_what_is_malformed_is_listed_and_the_rest_is_read(tmp_path: Path) -> None:
    files: dict[str, str | bytes | JSON] = {
        "good.yaml": pod("a"),
        "broken.yaml": "kind: Pod\napiVersion: v1\nmetadata: [\n",
        "broken.json": '{"kind": "Pod"',
        "values.yaml": "replicas: 3\n",
        "binary.json": b"\x00\x01\x02",
        "cut.json.gz": gzip.compress(b"x" * 1000)[:20],
        "mixed.json": {"kind": "List", "items": [3, None, {"kind": 5}, NODE]},
        "deep.json": "[" * 100_000,
        "deep.yaml": "kind: [" + "[" * 100_000,
    }
    source = open_snapshot(write(tmp_path, files))
    found = await source.fetch(PODS)
    assert names(found) == ["a"]
    assert (found.state, found.reason) == (EvidenceState.TRUNCATED, "1 documents of this kind could not be read")
    assert [each.where for each in found.skipped] == ["broken.yaml"]
    assert names(await source.fetch(BY_KIND["Node"].query()), "Node") == ["n"]
    assert {each.where for each in source.skipped} == set(files) - {"good.yaml"}


async def test_one_bad_document_does_not_cost_its_neighbours(tmp_path: Path) -> None:
    text = "\n---\n".join([yaml.safe_dump(pod("a")), "{kind: [", yaml.safe_dump(config_map("m"))])
    source = open_snapshot(write(tmp_path, {"all.yaml": text}))
    assert names(await source.fetch(PODS)) == ["a"]
    assert names(await source.fetch(BY_KIND["ConfigMap"].query()), "ConfigMap") == ["m"]
    assert [each.where for each in source.skipped] == ["all.yaml#2"]


async def test_it_was_taken_when_its_newest_object_says(tmp_path: Path) -> None:
    files: dict[str, str | bytes | JSON] = {
        "e.json": event("e", "2026-01-01T03:00:00Z"),
        "f.yaml": event("f", "2026-01-01T04:00:00Z"),
        "future.yaml": event("g", "2999-01-01T04:00:00Z"),
    }
    source = open_snapshot(write(tmp_path, files))
    assert source.taken_at == datetime(2026, 1, 1, 4, tzinfo=UTC)
    assert (await source.fetch(PODS)).at == source.taken_at


def test_without_any_time_it_was_taken_when_the_files_were_written(tmp_path: Path) -> None:
    source = open_snapshot(write(tmp_path, {"m.json": config_map("m")}))
    assert abs((datetime.now(UTC) - source.taken_at).total_seconds()) < 60


async def test_the_catalogue_is_the_kinds_that_are_there(tmp_path: Path) -> None:
    widget: dict[str, JSON] = {
        "apiVersion": "example.com/v1",
        "kind": "Widget",
        "metadata": {"name": "w", "namespace": "x"},
    }
    source = open_snapshot(write(tmp_path, {"a.yaml": widget, "b.json": pod("p")}))
    entries = decode_catalog((await source.fetch(CatalogQuery())).pages[0])
    assert [(each.kind, each.resource, each.group, each.namespaced) for each in entries] == [
        ("Pod", "pods", "", True),
        ("Widget", "widgets", "example.com", True),
    ]
    assert (await source.fetch(WIDGETS)).state is EvidenceState.OBSERVED


async def test_observations_lie_at_the_root(tmp_path: Path) -> None:
    check = ConnectionCheck(Ref("Service", "shop", "cart"), 80, False, "refused")
    kubelet = ComponentStatus("n", "kubelet", True, "active")
    files: dict[str, str | bytes | JSON] = {
        "all/pods.json": pod("a"),
        "connections.json": encode_observations([check]),
        "components.json": encode_observations([kubelet]),
        "signals.json": "[{]",
    }
    source = open_snapshot(write(tmp_path, files))
    found = await source.fetch(ConnectivityQuery("shop"))
    assert found.pages == (encode_observations([check]),)
    assert (await source.fetch(ConnectivityQuery("other"))).state is EvidenceState.EMPTY
    assert source.answers(ComponentsQuery())


async def test_questions_without_a_document_are_not_answered(tmp_path: Path) -> None:
    source = open_snapshot(write(tmp_path, {"a.json": pod("a")}))
    assert not source.answers(ComponentsQuery())
    with pytest.raises(UnknownName, match="cannot answer"):
        await source.fetch(ComponentsQuery())
