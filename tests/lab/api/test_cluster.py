"""kubectl against the whole cluster, in which time passes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from midwatch.lab.api import Server
from midwatch.lab.cluster import Cluster, new_cluster
from midwatch.lab.core.kinds import CRON_JOB, JOB
from tests.lab.api.conftest import START, Api, binary


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[Api]:
    """A small cluster that runs some fifty times as fast as real ones."""
    if not binary():
        pytest.skip("kubectl is not installed")
    cluster = new_cluster(START, workers=2, quiet=True)
    cluster.run(90)
    server = Server(cluster.env, cluster.access)
    await server.start()
    ticking = asyncio.create_task(_tick(cluster))
    async with aiohttp.ClientSession() as session:
        yield Api(cluster.env, server, session, tmp_path)
    ticking.cancel()
    with suppress(asyncio.CancelledError):
        await ticking
    await server.stop()
    assert [each for each in cluster.env.components.crashes if each.component == "kube-apiserver"] == []


async def _tick(cluster: Cluster) -> None:
    while True:
        cluster.run(1.0)
        await asyncio.sleep(0.02)


async def test_a_bad_release_is_rolled_back(live: Api) -> None:
    system, name = ("-n", "kube-system"), "deploy/coredns"
    code, out, err = await live.kubectl(*system, "rollout", "status", name, "--timeout=30s")
    assert (code, "successfully rolled out" in out) == (0, True), err
    code, _, err = await live.kubectl(*system, "set", "image", name, "coredns=registry.example/none:1")
    assert code == 0, err
    code, _, err = await live.kubectl(*system, "rollout", "status", name, "--timeout=3s")
    assert (code, "timed out" in err) == (1, True)
    _, out, _ = await live.kubectl(*system, "get", "pods")
    assert "ImagePullBackOff" in out or "ErrImagePull" in out
    _, out, _ = await live.kubectl(*system, "rollout", "history", name)
    assert [line.split()[0] for line in out.splitlines()[2:4]] == ["1", "2"]
    code, _, err = await live.kubectl(*system, "rollout", "undo", name)
    assert code == 0, err
    code, _, err = await live.kubectl(*system, "rollout", "status", name, "--timeout=30s")
    assert code == 0, err


async def test_a_node_is_drained(live: Api) -> None:
    code, _, err = await live.kubectl("drain", "worker-1", "--ignore-daemonsets", "--force", "--timeout=45s")
    assert code == 0, err
    _, out, _ = await live.kubectl("get", "nodes", "worker-1")
    assert "Ready,SchedulingDisabled" in out


async def test_a_job_made_by_hand_of_a_cron_job_is_like_those_that_it_makes(live: Api) -> None:
    variable = {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "credentials", "key": "password"}}}
    container = {
        "name": "app",
        "image": "registry.example/report:1",
        "env": [variable],
        "envFrom": [{"configMapRef": {"name": "settings"}}],
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    pod = {"restartPolicy": "Never", "automountServiceAccountToken": False, "containers": [container]}
    spec = {"schedule": "0 0 1 1 *", "jobTemplate": {"spec": {"template": {"spec": pod}}}}
    made = live.env.registry.create(
        CRON_JOB, {"metadata": {"name": "report", "namespace": "default"}, "spec": spec}
    )
    code, _, err = await live.kubectl("create", "job", "by-hand", "--from=cronjob/report")
    assert code == 0, err
    found = live.env.store.demand(JOB, "default", "by-hand")
    wanted = made["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert found["spec"]["template"]["spec"] == wanted


async def test_a_watch_of_all_pods_streams_and_ends_cleanly(live: Api) -> None:
    code, out, err = await live.kubectl("get", "pods", "-A", "-w", "--request-timeout=2s")
    assert (code, err) == (0, "")
    assert out.splitlines()[0].split() == ["NAMESPACE", "NAME", "READY", "STATUS", "RESTARTS", "AGE"]
    assert sum("kube-scheduler-control-plane-1" in line for line in out.splitlines()) >= 1


async def test_what_cannot_be_done_to_simulated_containers_is_refused_in_words(live: Api) -> None:
    pod = ("-n", "kube-system", "kube-scheduler-control-plane-1")
    for arguments in (
        ("exec", *pod, "--", "ls"),
        ("port-forward", *pod, "8080:80"),
        ("attach", *pod),
    ):
        code, _, err = await live.kubectl(*arguments)
        assert code == 1
        assert f"the lab simulates its containers: there is nothing to {arguments[0].replace('-', '')} to" in err
    code, _, err = await live.kubectl("debug", *pod, "--image=registry.example/tools:1", "--profile=general")
    assert code == 1
    assert "ephemeral containers are disabled for this cluster" in err


async def test_logs_are_followed_and_missing_ones_named(live: Api) -> None:
    where = ("-n", "kube-system", "kube-scheduler-control-plane-1")
    _, out, _ = await live.kubectl("logs", *where, "--all-containers", "--prefix")
    assert out.startswith("[pod/kube-scheduler-control-plane-1/kube-scheduler] ")
    code, out, err = await live.kubectl("logs", "-f", *where, "--request-timeout=2s", "--tail=1")
    assert out.count("\n") >= 1, err
    code, _, err = await live.kubectl("logs", *where, "--previous")
    assert code == 1
    assert (
        'previous terminated container "kube-scheduler" in pod "kube-scheduler-control-plane-1" not found' in err
    )


async def test_pods_of_a_drained_control_plane_stay(live: Api) -> None:
    code, _, err = await live.kubectl("drain", "control-plane-1", "--ignore-daemonsets", "--timeout=30s")
    assert code == 0, err
    _, out, _ = await live.kubectl("-n", "kube-system", "get", "pods", "-l", "tier=control-plane", "-o", "name")
    assert len(out.split()) == 4


async def test_changes_are_shown_before_they_are_applied(live: Api) -> None:
    manifest = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata: {a: %s}\n"
    code, out, err = await live.kubectl("diff", "-f", "-", stdin=manifest % "x")
    assert (code, "+  a: x" in out) == (1, True), err
    await live.kubectl("apply", "--server-side", "-f", "-", stdin=manifest % "x")
    assert (await live.kubectl("diff", "--server-side", "-f", "-", stdin=manifest % "x"))[0] == 0
    code, out, err = await live.kubectl("diff", "--server-side", "-f", "-", stdin=manifest % "z")
    assert (code, "-  a: x" in out, "+  a: z" in out) == (1, True, True), err
    code, _, err = await live.kubectl(
        "apply", "--server-side", "--field-manager=other", "-f", "-", stdin=manifest % "z"
    )
    assert code == 1
    assert 'Apply failed with 1 conflict: conflict with "kubectl": .data.a' in err


async def test_what_is_owned_goes_or_stays_as_asked_for(live: Api) -> None:
    for cascade, left in (("orphan", True), ("foreground", False), ("background", False)):
        await live.kubectl("create", "deployment", cascade, "--image=registry.example/web:1")
        await live.kubectl("wait", f"deploy/{cascade}", "--for=jsonpath={.status.replicas}=1", "--timeout=20s")
        code, _, err = await live.kubectl("delete", "deploy", cascade, f"--cascade={cascade}")
        assert code == 0, err
        if not left:
            await live.kubectl("wait", "rs", "-l", f"app={cascade}", "--for=delete", "--timeout=20s")
        _, out, _ = await live.kubectl("get", "rs", "-l", f"app={cascade}", "-o", "name")
        assert bool(out.split()) is left, cascade


async def test_versions_resources_and_health_are_told(live: Api) -> None:
    _, out, _ = await live.kubectl("api-versions")
    assert {"apps/v1", "batch/v1", "metrics.k8s.io/v1beta1", "v1"} <= set(out.split())
    _, out, _ = await live.kubectl("get", "--raw", "/readyz")
    assert out == "ok"
    _, out, _ = await live.kubectl("version", "-o", "yaml")
    assert "gitVersion: v1.34" in out
    _, out, _ = await live.kubectl("explain", "deployment.spec.strategy", "--recursive")
    assert "rollingUpdate\t<RollingUpdateDeployment>" in out
    _, out, _ = await live.kubectl("top", "nodes")
    assert "control-plane-1" in out
