"""A fault in a real cluster: struck in a namespace made for it, and removed without a trace.

A simulated cluster stands for the real one, behind the same API; its audit log says what was written.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from typing import Any

import pytest

from tests.cli.labs import midwatch
from tests.cli.served import Served, real_cluster


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Generator[Served]:
    with real_cluster(tmp_path_factory.mktemp("real")) as found:
        yield found


def _fault(cluster: Served, *arguments: str) -> subprocess.CompletedProcess[str]:
    return midwatch("lab", "fault", *arguments, "--real", "--kubeconfig", str(cluster.kubeconfig))


def _clean(cluster: Served, *arguments: str) -> subprocess.CompletedProcess[str]:
    return midwatch("lab", "clean", "--kubeconfig", str(cluster.kubeconfig), *arguments)


def _writes(cluster: Served) -> list[tuple[str, str, str]]:
    """Verb, path and user agent of every write that midwatch sent, by whatever part of it."""
    events = [json.loads(line) for line in cluster.audit.read_text().splitlines()]
    ours = [each for each in events if each["userAgent"].startswith("midwatch")]
    return [
        (each["verb"], each["requestURI"], each["userAgent"])
        for each in ours
        if each["stage"] == "ResponseComplete" and each["verb"] not in ("get", "list", "watch")
    ]


def _kubectl(cluster: Served, *arguments: str) -> Any:
    done = subprocess.run(
        ["kubectl", "--kubeconfig", str(cluster.kubeconfig), *arguments, "-o", "json"],
        capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    return json.loads(done.stdout)


def _names(cluster: Served) -> set[str]:
    return {each["metadata"]["name"] for each in _kubectl(cluster, "get", "namespaces")["items"]}


def _gone(cluster: Served, name: str) -> bool:
    end = time.monotonic() + 60
    while name in _names(cluster) and time.monotonic() < end:
        time.sleep(0.5)
    return name not in _names(cluster)


def test_a_fault_is_struck_diagnosed_and_cleaned_and_nothing_outside_is_written(cluster: Served) -> None:
    subprocess.run(
        ["kubectl", "--kubeconfig", str(cluster.kubeconfig), "create", "namespace", "midwatch-lab-of-somebody"],
        check=True, timeout=60, capture_output=True,
    )  # fmt: skip
    done = _fault(cluster, "image-tag-missing", "--target", "cart", "--yes", "--detach", "-o", "json")
    assert done.returncode == 0, done.stderr
    struck = json.loads(done.stdout)
    namespace = struck["namespace"]
    assert struck["target"] == f"Deployment {namespace}/cart"
    assert "in context midwatch-lab (https://127.0.0.1:" in done.stderr
    labels = _kubectl(cluster, "get", "namespace", namespace)["metadata"]["labels"]
    assert labels["app.kubernetes.io/managed-by"] == "midwatch-lab"
    time.sleep(5)
    told = midwatch("diagnose", "--kubeconfig", str(cluster.kubeconfig), "-n", namespace, "-o", "json")
    root = json.loads(told.stdout)["hypotheses"][0]
    assert root["cause"] == "image-not-found"
    assert root["culprit"]["name"] == "cart"
    cleaned = _clean(cluster, "--yes", "-o", "json")
    assert json.loads(cleaned.stdout)["deleted"] == [namespace]
    assert _gone(cluster, namespace)
    assert "midwatch-lab-of-somebody" in _names(cluster)
    assert "there is nothing to delete" in _clean(cluster, "--yes").stdout
    written = _writes(cluster)
    assert len(written) > 50
    for verb, path, agent in written:
        assert agent.startswith("midwatch-lab/"), (verb, path, agent)
        inside = f"/namespaces/{namespace}/" in path
        itself = (verb, path) in (("create", "/api/v1/namespaces"), ("delete", f"/api/v1/namespaces/{namespace}"))
        assert inside or itself, (verb, path)


def test_control_c_removes_what_was_made(cluster: Served) -> None:
    arguments = ("lab", "fault", "service-selector-wrong", "--real", "--yes", "-o", "json")
    process = subprocess.Popen(
        [sys.executable, "-m", "midwatch", *arguments, "--kubeconfig", str(cluster.kubeconfig)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ),
    )  # fmt: skip
    assert process.stdout is not None
    try:
        namespace = json.loads(process.stdout.readline())["namespace"]
        assert namespace in _names(cluster)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    finally:
        process.kill()
    assert errors.splitlines()[1:] == [f"the namespace {namespace} is being deleted"]
    assert process.returncode == 0
    assert _gone(cluster, namespace)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_who_is_interrupted_before_all_are_ready_leaves_nothing_either(
    cluster: Served, ending: signal.Signals
) -> None:
    arguments = ("lab", "fault", "service-selector-wrong", "--real", "--yes")
    with subprocess.Popen(
        [sys.executable, "-m", "midwatch", *arguments, "--kubeconfig", str(cluster.kubeconfig)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        told = process.stderr.readline()
        end = time.monotonic() + 20
        while not (made := {each for each in _names(cluster) if f" {each} " in told}):
            assert time.monotonic() < end, told
        process.send_signal(ending)
        _, errors = process.communicate(timeout=30)
    assert f"the namespace {min(made)} is being deleted" in errors
    assert process.returncode != 0
    assert _gone(cluster, min(made))


def test_nobody_is_struck_unasked(cluster: Served) -> None:
    before = _names(cluster)
    done = _fault(cluster, "image-tag-missing")
    assert done.returncode == 2
    assert "in context" in done.stderr
    assert "say --yes" in done.stderr
    assert _names(cluster) == before


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("kubelet-stopped", "stops a component of a node"),
        ("network-delay", "disturbs machines, networks or users"),
        ("registry-unreachable", "changes what lies outside the cluster"),
        ("nodes-cordoned", "Node control-plane-1, which belongs to the whole cluster"),
        ("dns-scaled-to-zero", "Deployment kube-system/coredns, outside the namespace"),
        ("webhook-unavailable", "ValidatingWebhookConfiguration pod-policy, which belongs to the whole cluster"),
        ("database-password-wrong", "shows only in what the application's own programs do"),
        ("autoscaler-target-missing", "can strike nothing at all among the stand-ins"),
    ],
)
def test_what_does_not_stay_in_a_namespace_is_refused_before_the_cluster_is_asked(name: str, why: str) -> None:
    done = midwatch("lab", "fault", name, "--real", "--yes", "--kubeconfig", "/nowhere")
    assert done.returncode == 2
    assert why in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_options_of_a_real_cluster_need_the_word_real() -> None:
    done = midwatch("lab", "fault", "image-tag-missing", "--context", "prod")
    assert done.returncode == 2
    assert "are for --real" in done.stderr
