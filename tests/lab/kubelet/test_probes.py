"""Probes, and what they do to containers."""

from __future__ import annotations

from typing import Any

import pytest

from midwatch.lab.core.objects import Obj
from midwatch.lab.world.programs import Port, Protocol
from tests.lab.kubelet.bench import Bench, bench, program

URL = "http://10.244.1.2:8080"


def _ready(**check: Any) -> Obj:
    return {"readinessProbe": {**check, "periodSeconds": 5}}


def _unhealthy(lab: Bench) -> str:
    return next((message for reason, message in lab.events() if reason == "Unhealthy"), "")


@pytest.mark.parametrize(
    ("check", "message"),
    [
        (
            {"httpGet": {"path": "/nope", "port": 8080}},
            "HTTP probe failed with statuscode: 404",
        ),
        (
            {"httpGet": {"path": "/healthz", "port": 9090}},
            'Get "http://10.244.1.2:9090/healthz": dial tcp 10.244.1.2:9090: connect: connection refused',
        ),
        (
            {"httpGet": {"path": "/", "port": 8080, "scheme": "HTTPS"}},
            'Get "https://10.244.1.2:8080/": http: server gave HTTP response to HTTPS client',
        ),
        ({"tcpSocket": {"port": 1}}, "dial tcp 10.244.1.2:1: connect: connection refused"),
        (
            {"grpc": {"port": 8080}},
            'timeout: failed to connect service "10.244.1.2:8080" within 1s: context deadline exceeded',
        ),
    ],
)
def test_a_wrong_probe_keeps_a_pod_unready(check: dict[str, Any], message: str) -> None:
    lab = bench(program(start=0.0))
    lab.pod(container=_ready(**check))
    lab.run(60)
    assert not lab.is_ready()
    assert lab.phase() == "Running"
    assert _unhealthy(lab) == f"Readiness probe failed: {message}"
    assert lab.app()["restartCount"] == 0


def test_a_grpc_server_does_not_speak_http() -> None:
    lab = bench(program(ports=(Port(8080, Protocol.GRPC),), start=0.0))
    lab.pod(container=_ready(httpGet={"path": "/", "port": 8080}))
    lab.run(30)
    assert "malformed HTTP response" in _unhealthy(lab)
    good = bench(program(ports=(Port(8080, Protocol.GRPC),), start=0.0))
    good.pod(container=_ready(grpc={"port": 8080}))
    good.run(30)
    assert good.is_ready()


def test_a_program_listens_where_its_environment_says() -> None:
    lab = bench(program(ports=(Port(8080, variable="PORT"),)))
    lab.pod(container={**_ready(tcpSocket={"port": 8080}), "env": [{"name": "PORT", "value": "9000"}]})
    lab.run(30)
    assert not lab.is_ready()
    assert lab.process().listening == frozenset({9000})


def test_a_program_that_says_it_is_not_ready_is_taken_out_and_back_in() -> None:
    lab = bench()
    lab.pod(container=_ready(httpGet={"path": "/readyz", "port": 8080}))
    lab.run(60)
    assert lab.is_ready()
    lab.process().notes["unready"] = 1.0
    lab.run(60)
    assert not lab.is_ready()
    assert "Readiness probe failed: HTTP probe failed with statuscode: 503" in [each for _, each in lab.events()]
    lab.process().notes["unready"] = 0.0
    lab.run(60)
    assert lab.is_ready()


def test_a_slow_program_times_out() -> None:
    lab = bench()
    lab.pod(container={"livenessProbe": {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 5}})
    lab.run(60)
    lab.process().notes["latency"] = 3.0
    lab.run(40)
    waited = f'Get "{URL}/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
    assert ("Unhealthy", f"Liveness probe failed: {waited}") in lab.events()
    assert ("Killing", "Container app failed liveness probe, will be restarted") in lab.events()
    assert lab.app()["restartCount"] == 1
    lab.run(60)
    assert lab.is_ready()


def test_a_wrong_liveness_probe_ends_in_a_crash_loop() -> None:
    lab = bench()
    check = {"httpGet": {"path": "/gone", "port": 8080}, "periodSeconds": 2, "failureThreshold": 1}
    lab.pod(container={"livenessProbe": check})
    seen: set[str] = set()
    for _ in range(300):
        lab.run(1)
        seen.add(lab.waiting()[0])
    assert lab.app()["restartCount"] >= 3
    assert "CrashLoopBackOff" in seen


def test_a_start_up_probe_holds_the_others_back() -> None:
    lab = bench(program(start=25.0))
    container: Obj = {
        "startupProbe": {
            "httpGet": {"path": "/healthz", "port": 8080},
            "periodSeconds": 5,
            "failureThreshold": 10,
        },
        "livenessProbe": {
            "httpGet": {"path": "/healthz", "port": 8080},
            "periodSeconds": 2,
            "failureThreshold": 1,
        },
    }
    lab.pod(container=container)
    lab.run(20)
    assert lab.app()["started"] is False
    lab.run(40)
    assert lab.is_ready()
    assert lab.app()["restartCount"] == 0
    short = bench(program(start=25.0))
    container["startupProbe"]["failureThreshold"] = 2
    short.pod(container=container)
    short.run(40)
    assert ("Killing", "Container app failed startup probe, will be restarted") in short.events()


def test_a_command_probe_needs_its_command() -> None:
    lab = bench()
    lab.pod(container=_ready(exec={"command": ["cat", "/tmp/ok"]}))
    lab.run(30)
    assert not lab.is_ready()
    assert _unhealthy(lab).startswith(
        "Readiness probe errored and resulted in unknown state: rpc error: code = Unknown"
    )
    good = bench(commands=frozenset({"/app/server", "/bin/cat"}))
    good.pod(container=_ready(exec={"command": ["cat", "/tmp/ok"]}))
    good.run(30)
    assert good.is_ready()
