"""The command line as a person uses it: in a process of its own, with its exit codes and sentences."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.cli.labs import lab_up
from tests.flows.shop import healthy
from tests.sources.fake_api import FakeApi
from tests.sources.threaded import in_thread


def midwatch(*arguments: str, text: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "midwatch", *arguments],
        input=text,
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "HOME": "/nonexistent", "KUBECONFIG": "", **environment},
        check=False,
    )


def one_sentence(result: subprocess.CompletedProcess[str]) -> str:
    """What went wrong: exit code 2, one line, no traceback."""
    assert result.returncode == 2, result.stderr
    assert "Traceback" not in result.stderr
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    return lines[0]


def test_help_names_every_command() -> None:
    result = midwatch("--help")
    assert result.returncode == 0
    for name in ("diagnose", "snapshot", "graph", "causes", "doctor", "demo", "eval"):
        assert name in result.stdout


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['midwatch', '--help']\n"
        "from midwatch.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'langgraph', 'langchain_core', 'kubernetes_asyncio', 'rich', 'pydantic', 'yaml', 'msgspec'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert result.stderr.strip() == "[]"


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A snapshot of a shop in which a NetworkPolicy blocks the way to the catalogue."""
    folder = tmp_path_factory.mktemp("broken") / "snapshot"
    fault = ("--fault", "network-policy-blocks-ingress", "--target", "catalog")
    with lab_up(tmp_path_factory.mktemp("runtime"), *fault) as lab:
        saved = lab.run("snapshot", "save", str(folder))
    assert saved.returncode == 0, saved.stderr
    return str(folder)


def test_the_demo_prints_the_alert_and_finds_what_was_broken() -> None:
    result = midwatch("demo", "-o", "json")
    assert result.returncode == 0, result.stderr
    assert "ProbeFailing (critical): The probe of https://shop.example/" in result.stderr
    report = json.loads(result.stdout)
    assert report["verdict"] == "fault"
    root = report["hypotheses"][0]
    assert root["culprit"] == {"kind": "NetworkPolicy", "namespace": "shop", "name": "isolate-catalog"}
    assert root["cause"] == "network-policy-blocks"
    assert [each["role"] for each in report["hypotheses"]].count("root-cause") == 1
    assert report["source"].startswith("kubernetes:midwatch-lab + prometheus:127.0.0.1")


def test_the_demo_breaks_what_it_is_told_and_speaks_chinese() -> None:
    result = midwatch("demo", "--fault", "image-tag-missing", "--target", "ads", "--lang", "zh")
    assert result.returncode == 0, result.stderr
    assert "分钟后，第一条告警触发" in result.stdout
    assert "根因" in result.stdout
    assert "Deployment shop/ads" in result.stdout


def test_a_fault_that_the_demo_does_not_know_is_told_in_one_sentence() -> None:
    assert "no fault 'nonsense'" in one_sentence(midwatch("demo", "--fault", "nonsense"))


def test_markdown_starts_with_the_verdict(broken: str) -> None:
    result = midwatch("diagnose", "--snapshot", broken, "-o", "markdown")
    assert result.stdout.startswith("## FAULT: ")


def test_exit_codes_tell_the_verdict_when_asked(tmp_path: Path, broken: str) -> None:
    (tmp_path / "objects.yaml").write_text(healthy())
    assert midwatch("diagnose", "--snapshot", broken, "--exit-code", "-o", "json").returncode == 1
    assert midwatch("diagnose", "--snapshot", str(tmp_path), "--exit-code", "-o", "json").returncode == 3


def test_a_folder_without_events_is_not_called_healthy(tmp_path: Path) -> None:
    (tmp_path / "objects.yaml").write_text(healthy())
    report = json.loads(midwatch("diagnose", "--snapshot", str(tmp_path), "-o", "json").stdout)
    assert report["verdict"] == "inconclusive"
    assert any("events" in each["what"] for each in report["unchecked"])


def test_pasted_output_is_diagnosed() -> None:
    pasted = """$ kubectl describe pod -n shop web-5c8f
Name:             web-5c8f
Namespace:        shop
Node:             node-1/10.0.0.4
Status:           Pending
Containers:
  web:
    Image:          registry.example/web:9.9.9
    State:          Waiting
      Reason:       ImagePullBackOff
    Ready:          False
    Restart Count:  0
Events:
  Type     Reason   Age   From     Message
  ----     ------   ----  ----     -------
  Warning  Failed   2m    kubelet  Failed to pull image "registry.example/web:9.9.9": rpc error: \
code = NotFound desc = failed to pull and unpack image "registry.example/web:9.9.9": \
failed to resolve reference "registry.example/web:9.9.9": registry.example/web:9.9.9: not found
"""
    result = midwatch("diagnose", "--text", "-", "-o", "json", text=pasted)
    report = json.loads(result.stdout)
    assert report["verdict"] == "fault"
    assert report["hypotheses"][0]["cause"] == "image-not-found"


@pytest.mark.parametrize("name", ["missing", "empty", "truncated.tar.gz", "garbage"])
def test_what_is_no_snapshot_is_told_in_one_sentence(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "empty":
        path.mkdir()
    elif name == "truncated.tar.gz":
        whole = tmp_path / "whole.tar.gz"
        (tmp_path / "noise.bin").write_bytes(random.Random(1).randbytes(200_000))
        with tarfile.open(whole, "w:gz") as archive:
            archive.add(tmp_path / "noise.bin", "noise.bin")
        path.write_bytes(whole.read_bytes()[:50_000])
    elif name == "garbage":
        path.write_bytes(random.Random(2).randbytes(50 * 2**20))
    sentence = one_sentence(midwatch("diagnose", "--snapshot", str(path)))
    assert str(path) in sentence


def test_a_bad_kubeconfig_is_told_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text("clusters: [this: is: not yaml")
    assert str(path) in one_sentence(midwatch("diagnose", "--kubeconfig", str(path)))


def test_no_kubeconfig_at_all_is_told_in_one_sentence() -> None:
    assert "kubeconfig" in one_sentence(midwatch("diagnose"))


def test_an_unknown_context_names_the_known_ones(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_text(
        "apiVersion: v1\nkind: Config\ncurrent-context: here\n"
        "clusters: [{name: c, cluster: {server: 'http://127.0.0.1:9'}}]\nusers: [{name: u, user: {}}]\n"
        "contexts: [{name: here, context: {cluster: c, user: u}}]\n"
    )
    assert "here" in one_sentence(midwatch("diagnose", "--kubeconfig", str(path), "--context", "there"))
    unreachable = one_sentence(midwatch("diagnose", "--kubeconfig", str(path), MIDWATCH_TIMEOUT="5"))
    assert "127.0.0.1" in unreachable


@pytest.mark.parametrize(
    "arguments",
    [
        ("diagnose", "-n", "a", "-A"),
        ("diagnose", "--snapshot", "x", "--context", "y"),
        ("diagnose", "--since", "yesterday"),
        ("causes", "no-such-cause"),
        ("eval", "cloudopsbench", "--cases", "/nonexistent"),
    ],
)
def test_requests_that_cannot_be_meant_are_told_in_one_sentence(arguments: tuple[str, ...]) -> None:
    one_sentence(midwatch(*arguments))


def test_a_wrong_setting_is_named() -> None:
    assert "timeout" in one_sentence(midwatch("diagnose", MIDWATCH_TIMEOUT="soon")).lower()


def test_causes_are_listed_and_explained_in_both_languages() -> None:
    assert "oom-killed" in midwatch("causes").stdout
    assert "Proven by" in midwatch("causes", "oom-killed").stdout
    assert "证据" in midwatch("causes", "oom-killed", "--lang", "zh").stdout
    assert json.loads(midwatch("causes", "oom-killed", "-o", "json").stdout)["id"] == "oom-killed"


def test_doctor_proves_a_snapshot(broken: str) -> None:
    result = midwatch("doctor", "--snapshot", broken, "-o", "json")
    assert json.loads(result.stdout)[0]["probes"]


def test_graph_draws_text_and_pictures(tmp_path: Path, broken: str) -> None:
    assert "payments" in midwatch("graph", "deployment/payments", "-n", "shop", "--snapshot", broken).stdout
    for ending, start in (("svg", b"<svg"), ("png", b"\x89PNG"), ("dot", b"digraph")):
        target = tmp_path / f"picture.{ending}"
        result = midwatch("graph", "-n", "shop", "--snapshot", broken, "-f", str(target))
        assert result.returncode == 0, result.stderr
        assert target.read_bytes().startswith(start)


def test_a_saved_snapshot_gives_the_same_diagnosis(tmp_path: Path, broken: str) -> None:
    saved = midwatch("snapshot", "save", str(tmp_path / "copy"), "--snapshot", broken)
    assert saved.returncode == 0, saved.stderr
    first, second = (
        json.loads(midwatch("diagnose", "--snapshot", each, "-o", "json").stdout)
        for each in (broken, str(tmp_path / "copy"))
    )
    assert first["verdict"] == second["verdict"] == "fault"
    assert first["hypotheses"][0]["culprit"] == second["hypotheses"][0]["culprit"]
    assert first["hypotheses"][0]["cause"] == second["hypotheses"][0]["cause"]


def test_several_contexts_are_diagnosed_at_once_and_one_that_is_gone_spoils_nothing(tmp_path: Path) -> None:
    with in_thread(FakeApi()) as api:
        config = api.kubeconfig(tmp_path)
        result = midwatch(
            "diagnose", "--kubeconfig", str(config), "--context", "fake", "--context", "other", "-o", "json",
            MIDWATCH_TIMEOUT="5",
        )  # fmt: skip
    document = json.loads(result.stdout)["contexts"]
    assert document["fake"]["verdict"] == "healthy"
    assert "cannot connect" in document["other"]["error"]
    assert "Traceback" not in result.stderr
