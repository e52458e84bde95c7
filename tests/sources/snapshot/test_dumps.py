"""Snapshots that other tools wrote."""

from __future__ import annotations

import gzip
from pathlib import Path

from midwatch.domain.evidence import EvidenceState
from midwatch.domain.json import JSON
from midwatch.domain.kube.kinds import BY_KIND
from midwatch.domain.query import LogsQuery
from midwatch.sources.snapshot import open_snapshot
from tests.sources.objects import pod
from tests.sources.snapshot.files import PODS, as_documents, listing, names, write


async def test_a_cluster_info_dump(tmp_path: Path) -> None:
    def part(container: str, text: str) -> str:
        whose = f"logs for container {container} of pod shop/web"
        return f"==== START {whose} ====\n{text}==== END {whose} ====\n"

    write(
        tmp_path,
        {
            "nodes.json": listing("Node", {"metadata": {"name": "n1"}}),
            "shop/pods.json": listing("Pod", pod("web")),
            "shop/services.json": listing("Service"),
            "shop/replication-controllers.json": {"items": []},
            "shop/web/logs.txt": part("app", "one\ntwo\nthree\n") + part("proxy", ""),
            "kube-system/pods.json": listing("Pod", pod("dns", "kube-system")),
        },
    )
    source = open_snapshot(tmp_path)
    assert source.namespaces == {"shop", "kube-system"}
    assert sorted(names(await source.fetch(PODS))) == ["dns", "web"]
    assert (await source.fetch(BY_KIND["Deployment"].query())).state is EvidenceState.EMPTY
    assert (await source.fetch(BY_KIND["ConfigMap"].query())).state is EvidenceState.FAILED
    elsewhere = await source.fetch(BY_KIND["Pod"].query("elsewhere"))
    assert (elsewhere.state, elsewhere.reason) == (
        EvidenceState.FAILED,
        "namespace elsewhere is not part of this snapshot",
    )
    log = await source.fetch(LogsQuery("shop", "web", "app", tail_lines=2))
    assert (log.state, log.pages) == (EvidenceState.OBSERVED, (b"two\nthree\n",))
    assert (await source.fetch(LogsQuery("shop", "web", "proxy"))).state is EvidenceState.EMPTY
    assert (await source.fetch(LogsQuery("shop", "web", "other"))).state is EvidenceState.FAILED
    assert (await source.fetch(LogsQuery("shop", "web", "app", previous=True))).state is EvidenceState.FAILED
    assert "cluster-info dump" in (await source.check())[0].detail


async def test_a_must_gather(tmp_path: Path) -> None:
    web = pod("web", "openshift-x")
    stamp = "2026-01-01T00:00:00.123456789Z"
    root = "must-gather.local.1/quay-io-x"
    logs = f"{root}/namespaces/openshift-x/pods/web/app/app/logs"
    node: dict[str, JSON] = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1"}}
    write(
        tmp_path,
        {
            f"{root}/cluster-scoped-resources/core/nodes/n1.yaml": as_documents(node),
            f"{root}/namespaces/openshift-x/core/pods.yaml": as_documents(listing("Pod", web)),
            f"{root}/namespaces/openshift-x/core/services.yaml": as_documents(listing("Service")),
            f"{root}/namespaces/openshift-x/apps/deployments.yaml": "---\napiVersion: v1\nitems: []\nkind: List\n",
            f"{root}/namespaces/openshift-x/pods/web/web.yaml": web,
            f"{logs}/current.log": f"{stamp} hello\n{stamp} 2026 again\n",
            f"{logs}/previous.log": "",
            f"{root}/etcd_info/endpoint_health.txt": "ok",
        },
    )
    source = open_snapshot(tmp_path)
    assert source.namespaces == {"openshift-x"}
    assert names(await source.fetch(PODS)) == ["web"]
    assert (await source.fetch(BY_KIND["Service"].query())).state is EvidenceState.EMPTY
    assert (await source.fetch(BY_KIND["Deployment"].query())).state is EvidenceState.EMPTY
    assert (await source.fetch(BY_KIND["StatefulSet"].query())).state is EvidenceState.FAILED
    log = await source.fetch(LogsQuery("openshift-x", "web", "app"))
    assert log.pages == (b"hello\n2026 again\n",)
    assert (await source.fetch(LogsQuery("openshift-x", "web", "app", previous=True))).state is EvidenceState.EMPTY


async def test_logs_in_our_own_layout_are_read_without_a_manifest(tmp_path: Path) -> None:
    text = "".join(f"{number}\n" for number in range(2000))
    files: dict[str, str | bytes | JSON] = {
        "pods.json": pod("a"),
        "logs/shop/a/app.log": text,
        "logs/shop/a/app.previous.log.gz": gzip.compress(b"before\n"),
        "logs/shop/a/big.log": "x" * 5_000_000 + "\nlast\n",
    }
    source = open_snapshot(write(tmp_path, files))
    found = await source.fetch(LogsQuery("shop", "a", "app"))
    assert (found.state, found.pages[0].splitlines()[0]) == (EvidenceState.OBSERVED, b"1500")
    assert (await source.fetch(LogsQuery("shop", "a", "app", previous=True))).pages == (b"before\n",)
    big = await source.fetch(LogsQuery("shop", "a", "big"))
    assert (big.state, len(big.pages[0]) < 4_200_000) == (EvidenceState.TRUNCATED, True)
