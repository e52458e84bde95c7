"""Alerts of the standard rules, silences and webhooks, through the APIs of Prometheus and Alertmanager."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import SERVICE
from midwatch.lab.core.metrics import labels
from midwatch.lab.core.objects import stamp
from midwatch.lab.telemetry import Telemetry, install
from midwatch.lab.telemetry.alerting.alert import AlertState
from tests.lab.telemetry.serving import add_deployment, add_pod, cluster, serving, set_pod


def _names(telemetry: Telemetry, state: AlertState = AlertState.FIRING) -> set[str]:
    return {each.name for each in telemetry.alerts() if each.state is state}


def _crashing() -> tuple[Env, Telemetry]:
    env = cluster()
    telemetry = install(env)
    add_pod(env, "cart", waiting="CrashLoopBackOff", ready=False)
    add_pod(env, "web")
    add_deployment(env, "cart", 1, 0)
    add_deployment(env, "web", 1, 1)
    return env, telemetry


async def test_a_crash_loop_is_pending_before_it_fires() -> None:
    env, telemetry = _crashing()
    env.clock.run(300)
    assert "KubePodCrashLooping" in _names(telemetry, AlertState.PENDING)
    assert "KubePodCrashLooping" not in _names(telemetry)
    env.clock.run(900)
    assert {"KubePodCrashLooping", "KubeDeploymentReplicasMismatch"} <= _names(telemetry)
    (alert,) = [each for each in telemetry.alerts() if each.name == "KubePodCrashLooping"]
    assert (alert.label("pod"), alert.label("namespace"), alert.label("severity")) == ("cart", "shop", "warning")
    assert dict(alert.annotations)["description"] == (
        'Pod shop/cart (app) is in waiting state (reason: "CrashLoopBackOff").'
    )
    async with serving(telemetry) as front:
        assert await front.vector('ALERTS{alertname="KubePodCrashLooping",alertstate="firing"}')
        found = (await front.get("/api/v1/alerts"))["data"]["alerts"]
        assert "firing" in {each["state"] for each in found}
        groups = (await front.get("/api/v1/rules"))["data"]["groups"]
        rules = {each["name"]: each for group in groups for each in group["rules"]}
        assert rules["KubePodCrashLooping"]["state"] == "firing"
        assert rules["KubeJobFailed"]["state"] == "inactive"
        assert {each["health"] for each in rules.values()} == {"ok"}


async def test_a_healthy_cluster_raises_only_what_is_missing_in_it() -> None:
    env = cluster()
    telemetry = install(env)
    add_pod(env, "web")
    add_deployment(env, "web", 1, 1)
    env.clock.run(3600)
    assert _names(telemetry) == {"CoreDNSDown"}


async def test_dns_is_down_when_no_pod_behind_its_service_is_ready() -> None:
    env = cluster()
    telemetry = install(env)
    head = {"name": "kube-dns", "namespace": "kube-system"}
    env.registry.create(SERVICE, {"metadata": head, "spec": {"selector": {"app": "dns"}}})
    dns = add_pod(env, "dns", namespace="kube-system")
    env.clock.run(1800)
    assert "CoreDNSDown" not in _names(telemetry)
    set_pod(env, dns, ready=False)
    env.clock.run(1200)
    assert "CoreDNSDown" in _names(telemetry)


async def test_failing_requests_and_throttling_are_told_in_per_cent() -> None:
    env = cluster()
    telemetry = install(env)
    callee = {"destination_workload": "cart", "destination_workload_namespace": "shop"}
    container = {"namespace": "shop", "pod": "cart", "container": "app", "node": "n1"}

    def serve() -> None:
        env.metrics.add("istio_requests_total", labels(**callee, response_code="200"), 9.0)
        env.metrics.add("istio_requests_total", labels(**callee, response_code="503"), 1.0)
        env.metrics.add("container_cpu_cfs_periods_total", labels(**container), 10.0)
        env.metrics.add("container_cpu_cfs_throttled_periods_total", labels(**container), 5.0)

    env.clock.every(1.0, serve)
    env.clock.run(1500)
    found = {each.name: dict(each.annotations)["description"] for each in telemetry.alerts()}
    assert found["ServiceErrorRateHigh"] == "shop/cart fails 10% of its requests."
    assert found["CPUThrottlingHigh"].startswith("50% throttling of CPU in namespace shop for container app")


async def test_a_silence_mutes_alerts_until_it_is_ended() -> None:
    env, telemetry = _crashing()
    env.clock.run(1200)
    body = {
        "matchers": [{"name": "alertname", "value": "KubePod.*", "isRegex": True, "isEqual": True}],
        "startsAt": stamp(env.clock.now),
        "endsAt": stamp(env.clock.now + 3600),
        "createdBy": "somebody",
        "comment": "known",
    }
    async with serving(telemetry) as front:
        async with front.client.post("/api/v2/silences", json={**body, "comment": ""}) as refused:
            assert refused.status == 400
        async with front.client.post("/api/v2/silences", json=body) as made:
            identity = (await made.json())["silenceID"]
        found = await front.get("/api/v2/alerts", filter='alertname="KubePodCrashLooping"')
        assert [each["status"] for each in found] == [
            {"inhibitedBy": [], "mutedBy": [], "silencedBy": [identity], "state": "suppressed"}
        ]
        active = await front.get("/api/v2/alerts", silenced="false")
        assert "KubePodCrashLooping" not in {each["labels"]["alertname"] for each in active}
        assert (await front.get("/api/v2/silences"))[0]["status"] == {"state": "active"}
        async with front.client.delete(f"/api/v2/silence/{identity}") as ended:
            assert ended.status == 200
        active = await front.get("/api/v2/alerts", silenced="false")
        assert "KubePodCrashLooping" in {each["labels"]["alertname"] for each in active}
        assert (await front.get("/api/v2/status"))["cluster"]["status"] == "ready"


async def test_a_webhook_hears_of_an_alert_and_of_its_end() -> None:
    heard: list[dict[str, Any]] = []

    async def hear(request: web.Request) -> web.Response:
        heard.append(await request.json())
        return web.Response()

    receiver = web.Application()
    receiver.router.add_post("/hook", hear)
    async with TestServer(receiver) as server:
        env = cluster()
        telemetry = install(env, webhooks=[str(server.make_url("/hook"))])
        pod = add_pod(env, "cart", waiting="CrashLoopBackOff", ready=False)
        env.clock.run(1200)
        set_pod(env, pod)
        env.clock.run(1200)
        async with serving(telemetry):
            for _ in range(100):
                if len(heard) >= 3:
                    break
                await asyncio.sleep(0.02)
    mine = [each for each in heard if each["groupLabels"]["alertname"] == "KubePodCrashLooping"]
    assert [each["status"] for each in mine] == ["firing", "resolved"]
    first = mine[0]
    assert first["version"] == "4"
    assert first["groupKey"] == '{}:{alertname="KubePodCrashLooping", namespace="shop"}'
    assert first["commonLabels"]["pod"] == "cart"
    assert first["alerts"][0]["endsAt"] == "0001-01-01T00:00:00Z"
    assert first["alerts"][0]["fingerprint"] == mine[1]["alerts"][0]["fingerprint"]
