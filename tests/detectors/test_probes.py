"""Probes that fail, and why."""

from __future__ import annotations

import pytest

from midwatch.detectors import probes
from midwatch.detectors.probes._probe_messages import Outcome, ProbeKind, parse_failure
from midwatch.domain.finding import Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from tests.builders import causes_of, inventory_of

POD = """
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: shop, labels: {app: web}}
spec:
  nodeName: n1
  restartPolicy: Always
  containers:
  - name: app
    image: web:v1
    ports: [PORTS]
    livenessProbe: {LIVENESS}
    readinessProbe: {READINESS}
status:
  phase: Running
  podIP: 10.0.0.9
  containerStatuses:
  - {name: app, STATUS}
"""
SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{name: grpc, port: 80, targetPort: 8080}]}
"""
LOOPING = (
    "ready: true, started: true, restartCount: 3, state: {running: {startedAt: '2026-01-01T03:09:50Z'}}, "
    "lastState: "
    "{terminated: {exitCode: 137, reason: Error, startedAt: '2026-01-01T03:09:10Z', finishedAt: "
    "'2026-01-01T03:09:50Z'}}"
)
UNREADY = "ready: false, started: true, restartCount: 0, state: {running: {startedAt: '2026-01-01T03:00:00Z'}}"
FINE = "ready: true, started: true, restartCount: 0, state: {running: {startedAt: '2026-01-01T01:00:00Z'}}"
GRPC = "grpc: {port: 8080}, initialDelaySeconds: 5"
TCP = "tcpSocket: {port: 8080}"
KILLED = "Container app failed liveness probe, will be restarted"


def pod(
    liveness: str = GRPC, readiness: str = GRPC, status: str = LOOPING, ports: str = "{containerPort: 8080}"
) -> str:
    text = POD.replace("PORTS", ports).replace("LIVENESS", liveness).replace("READINESS", readiness)
    return text.replace("STATUS", status)


def event(message: str, reason: str = "Unhealthy", count: int = 5, minute: int = 9) -> str:
    return f"""
apiVersion: v1
kind: Event
metadata: {{name: e-{reason}-{count}, namespace: shop}}
involvedObject: {{kind: Pod, namespace: shop, name: web-1, fieldPath: "spec.containers{{app}}"}}
reason: {reason}
count: {count}
lastTimestamp: "2026-01-01T03:0{minute}:55Z"
message: '{message}'
"""


def findings(inventory: Inventory) -> list[Finding]:
    return [each for detector in probes.DETECTORS for each in detector(inventory)]


def best(found: list[Finding]) -> tuple[str, float]:
    claims = [each for finding in found for each in finding.claims if not each.refutes]
    top = max(claims, key=lambda each: each.strength)
    return top.cause, top.strength


@pytest.mark.parametrize(
    ("message", "outcome", "port", "status"),
    [
        ("Liveness probe failed: dial tcp 10.0.0.1:81: connect: connection refused", Outcome.REFUSED, 81, None),
        (
            (
                'Readiness probe failed: Get "http://10.0.0.1:80/h": dial tcp 10.0.0.1:80: connect: connection '
                "refused"
            ),
            Outcome.REFUSED,
            80,
            None,
        ),
        (
            (
                'Liveness probe failed: timeout: failed to connect service "10.0.0.1:8081" within 1s: context '
                "deadline exceeded"
            ),
            Outcome.NO_CONNECTION,
            8081,
            None,
        ),
        ("Liveness probe failed: timeout: health rpc did not complete within 1s", Outcome.SLOW, None, None),
        (
            (
                'Readiness probe failed: Get "http://10.0.0.1:80/": context deadline exceeded (Client.Timeout '
                "exceeded)"
            ),
            Outcome.SLOW,
            80,
            None,
        ),
        ("Readiness probe failed: HTTP probe failed with statuscode: 404", Outcome.STATUS, None, 404),
        (
            (
                'Startup probe failed: Get "http://[fd00::1]:80/": net/http: HTTP/1.x transport connection '
                "broken: malformed HTTP response"
            ),
            Outcome.NOT_HTTP,
            80,
            None,
        ),
        (
            'Liveness probe failed: Get "https://10.0.0.1:80/": http: server gave HTTP response to HTTPS client',
            Outcome.PLAIN_FOR_TLS,
            80,
            None,
        ),
        (
            "Liveness probe failed: this server does not implement the grpc health protocol: unknown service",
            Outcome.NOT_GRPC,
            None,
            None,
        ),
        ('Readiness probe failed: Get "http://10.0.0.1:6379/": EOF', Outcome.CUT, 6379, None),
        (
            'Readiness probe failed: service unhealthy (responded with "NOT_SERVING")',
            Outcome.NOT_SERVING,
            None,
            None,
        ),
        ('Readiness probe errored: strconv.Atoi: parsing "web": invalid syntax', Outcome.NO_PORT, None, None),
        (
            'Liveness probe failed: exec: "pg_isready": executable file not found in $PATH',
            Outcome.COMMAND_MISSING,
            None,
            None,
        ),
    ],
)
def test_the_words_of_the_kubelet_tell_how_a_probe_fails(
    message: str, outcome: Outcome, port: int | None, status: int | None
) -> None:
    failure = parse_failure(message)
    assert failure is not None
    assert (failure.outcome, failure.port, failure.status) == (outcome, port, status)


def test_other_messages_are_no_probe_failures() -> None:
    assert parse_failure("Back-off restarting failed container") is None


def test_the_kind_of_probe_is_read() -> None:
    failure = parse_failure("Startup probe failed: EOF")
    assert failure is not None
    assert failure.kind is ProbeKind.STARTUP


def test_a_liveness_probe_on_a_port_nobody_declares_is_wrong() -> None:
    message = (
        'Liveness probe failed: timeout: failed to connect service "10.0.0.9:8081" within 1s: context '
        "deadline exceeded"
    )
    found = findings(inventory_of(pod("grpc: {port: 8081}"), SERVICE, event(message), event(KILLED, "Killing", 3)))
    assert best(found) == ("liveness-probe-wrong-port", 0.96)
    assert "8081" in found[0].message.en
    assert "8080" in found[0].message.en
    assert any(each.refutes and each.cause == "application-crash" for each in found[0].claims)


def test_a_wrong_port_is_found_without_events() -> None:
    cause, strength = best(findings(inventory_of(pod("grpc: {port: 8081}"), denied=["Event"])))
    assert cause == "liveness-probe-wrong-port"
    assert strength >= 0.85


def test_a_readiness_probe_on_a_wrong_port_is_found() -> None:
    message = "Readiness probe failed: dial tcp 10.0.0.9:9999: connect: connection refused"
    found = findings(inventory_of(pod(readiness="tcpSocket: {port: 9999}", status=UNREADY), event(message)))
    assert best(found)[0] == "readiness-probe-wrong-port"


def test_a_named_port_that_is_not_there_is_certain() -> None:
    found = findings(inventory_of(pod(readiness="httpGet: {port: web}", status=UNREADY)))
    assert best(found) == ("readiness-probe-wrong-port", 0.97)


def test_an_undeclared_port_that_answers_is_not_wrong() -> None:
    message = "Readiness probe failed: HTTP probe failed with statuscode: 503"
    found = findings(inventory_of(pod(readiness="httpGet: {port: 9090}", status=UNREADY), event(message)))
    assert "readiness-probe-wrong-port" not in causes_of(found)


def test_an_undeclared_port_of_a_healthy_pod_is_silent() -> None:
    assert findings(inventory_of(pod("httpGet: {port: 9090}", "httpGet: {port: 9091}", FINE))) == []


def test_http_asked_of_a_grpc_server_is_the_wrong_protocol() -> None:
    message = (
        'Liveness probe failed: Get "http://10.0.0.9:8080/": net/http: HTTP/1.x transport connection '
        "broken: malformed HTTP response"
    )
    found = findings(
        inventory_of(pod("httpGet: {port: 8080, path: /}"), event(message), event(KILLED, "Killing", 3))
    )
    assert best(found)[0] == "liveness-probe-wrong-protocol"
    assert "grpc" in found[0].message.en


def test_a_wrong_protocol_is_found_without_events() -> None:
    found = findings(inventory_of(pod("httpGet: {port: 8080, path: /}"), denied=["Event"]))
    assert best(found) == ("liveness-probe-wrong-protocol", 0.9)


def test_grpc_asked_of_an_http_server_is_the_wrong_protocol() -> None:
    message = (
        'Readiness probe failed: timeout: failed to connect service "10.0.0.9:8080" within 1s: '
        "context deadline exceeded"
    )
    found = findings(inventory_of(pod("httpGet: {port: 8080, path: /}", GRPC, UNREADY), event(message)))
    assert best(found)[0] == "readiness-probe-wrong-protocol"


def test_http_asked_of_a_database_is_the_wrong_protocol() -> None:
    message = 'Readiness probe failed: Get "http://10.0.0.9:6379/": EOF'
    ports = "{containerPort: 6379, name: redis}"
    found = findings(
        inventory_of(pod("tcpSocket: {port: 6379}", "httpGet: {port: 6379}", UNREADY, ports), event(message))
    )
    assert best(found)[0] == "readiness-probe-wrong-protocol"


def test_a_path_that_is_not_there_is_found() -> None:
    message = "Readiness probe failed: HTTP probe failed with statuscode: 404"
    found = findings(inventory_of(pod(TCP, "httpGet: {port: 8080, path: /x}", UNREADY), event(message)))
    assert best(found)[0] == "readiness-probe-wrong-path"


def test_a_liveness_probe_that_kills_before_the_start_is_too_aggressive() -> None:
    probe = "grpc: {port: 8080}, periodSeconds: 1, failureThreshold: 1"
    message = (
        'Liveness probe failed: timeout: failed to connect service "10.0.0.9:8080" within 1s: context '
        "deadline exceeded"
    )
    found = findings(inventory_of(pod(probe), event(message), event(KILLED, "Killing", 3)))
    assert best(found)[0] == "liveness-probe-too-aggressive"


def test_a_readiness_delay_longer_than_the_liveness_patience_is_too_aggressive() -> None:
    probe = "tcpSocket: {port: 8080}, periodSeconds: 5"
    message = "Liveness probe failed: dial tcp 10.0.0.9:8080: connect: connection refused"
    pods = pod(probe, "tcpSocket: {port: 8080}, initialDelaySeconds: 60")
    assert best(findings(inventory_of(pods, event(message), event(KILLED, "Killing", 3)))) == (
        "liveness-probe-too-aggressive",
        0.85,
    )


def test_a_slow_answer_is_more_likely_a_consequence() -> None:
    message = "Readiness probe failed: timeout: health rpc did not complete within 1s"
    found = findings(inventory_of(pod(status=UNREADY), event(message)))
    assert best(found) == ("readiness-probe-failing", 0.45)


def test_a_mesh_hides_the_probe_but_the_template_has_it() -> None:
    rewritten = "httpGet: {port: 15020, path: /app-health/app/readyz}"
    owned = pod(rewritten, rewritten, UNREADY).replace(
        "labels: {app: web}",
        "labels: {app: web}, ownerReferences: [{kind: Deployment, name: web, controller: true}]",
    )
    deployment = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  template:
    spec:
      containers:
      - name: app
        ports: [{containerPort: 8080}]
        readinessProbe: {grpc: {port: 8081}}
        livenessProbe: {grpc: {port: 8080}}
"""
    message = "Readiness probe failed: HTTP probe failed with statuscode: 500"
    found = findings(inventory_of(owned, deployment, event(message)))
    assert best(found)[0] == "readiness-probe-wrong-port"


def test_a_rewritten_probe_whose_original_is_unknown_proves_nothing() -> None:
    rewritten = "httpGet: {port: 15020, path: /app-health/app/readyz}"
    found = findings(inventory_of(pod(rewritten, rewritten, UNREADY)))
    assert causes_of(found) == {"readiness-probe-failing"}


def test_the_proxy_keeps_the_original_of_a_rewritten_probe() -> None:
    rewritten = "httpGet: {port: 15020, path: /app-health/app/readyz}"
    kept = """
  - name: mesh
    env:
    - name: ISTIO_KUBE_APP_PROBERS
      value: '{"/app-health/app/readyz":{"httpGet":{"path":"/","port":9999}}}'
status:"""
    found = findings(inventory_of(pod(rewritten, rewritten, UNREADY).replace("\nstatus:", kept)))
    assert best(found)[0] == "readiness-probe-wrong-port"


def test_a_crashing_container_fails_its_probes_only_as_a_consequence() -> None:
    crashed = (
        "ready: false, restartCount: 3, state: {waiting: {reason: CrashLoopBackOff}}, lastState: "
        "{terminated: {exitCode: 1}}"
    )
    message = "Readiness probe failed: dial tcp 10.0.0.9:9999: connect: connection refused"
    assert findings(inventory_of(pod(status=crashed), event(message))) == []


def test_a_restart_of_long_ago_is_over() -> None:
    stable = (
        LOOPING.replace("03:09:50", "01:00:00")
        .replace("03:09:10", "00:59:00")
        .replace("restartCount: 3", "restartCount: 1")
    )
    found = findings(inventory_of(pod("grpc: {port: 8081}", status=stable), event(KILLED, "Killing", 1, 1)))
    assert {each.status for each in found} == {Status.RECOVERED}
    assert all(each.severity is not Severity.ERROR for each in found)


def test_a_hiccup_at_the_start_is_silent() -> None:
    message = "Readiness probe failed: dial tcp 10.0.0.9:8080: connect: connection refused"
    assert findings(inventory_of(pod(status=FINE), event(message, count=2))) == []


def test_a_pod_in_its_first_seconds_is_silent() -> None:
    young = UNREADY.replace("03:00:00", "03:09:50")
    assert findings(inventory_of(pod(status=young))) == []


def test_a_gate_that_nobody_fulfils_is_found() -> None:
    gated = (
        pod(status=FINE)
        .replace("nodeName: n1", "nodeName: n1\n  readinessGates: [{conditionType: lb/ready}]")
        .replace(
            "phase: Running",
            "phase: Running\n  conditions: [{type: ContainersReady, status: 'True', lastTransitionTime: "
            "'2026-01-01T02:00:00Z'}]",
        )
    )
    assert causes_of(findings(inventory_of(gated))) == {"readiness-gate-unmet"}
    fulfilled = gated.replace("conditions: [", "conditions: [{type: lb/ready, status: 'True'}, ")
    assert findings(inventory_of(fulfilled)) == []


@pytest.mark.parametrize(
    "failure",
    [
        'Get "http://10.0.0.9:8080/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
        'Get "http://10.0.0.9:8080/": net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
    ],
)
@pytest.mark.parametrize("readiness", ["tcpSocket: {port: 8080}", "httpGet: {port: 8080}, timeoutSeconds: 5"])
def test_a_slow_answer_is_a_matter_of_time_not_of_the_protocol(failure: str, readiness: str) -> None:
    slow = pod("httpGet: {port: 8080}, timeoutSeconds: 1", readiness)
    found = findings(inventory_of(slow, event(f"Liveness probe failed: {failure}"), event(KILLED, "Killing")))
    assert best(found)[0] == "liveness-probe-too-aggressive"
    assert best(found)[1] < 0.8
    assert "liveness-probe-wrong-protocol" not in causes_of(found)


@pytest.mark.parametrize("status", [400, 404, 415])
def test_a_server_of_grpc_that_answers_http_with_an_error_is_asked_in_the_wrong_protocol(status: int) -> None:
    told = event(f"Liveness probe failed: HTTP probe failed with statuscode: {status}")
    found = findings(inventory_of(pod("httpGet: {port: 8080}"), told, event(KILLED, "Killing")))
    assert best(found)[0] == "liveness-probe-wrong-protocol"


def test_a_slow_call_of_the_health_service_speaks_the_right_protocol() -> None:
    told = event("Liveness probe failed: timeout: health rpc did not complete within 1s")
    slow = pod(GRPC, "tcpSocket: {port: 8080}", ports="{containerPort: 8080, name: http}")
    found = findings(inventory_of(slow, told, event(KILLED, "Killing")))
    assert "liveness-probe-wrong-protocol" not in causes_of(found)


def test_a_kill_that_no_event_lays_to_a_probe_is_not_the_probes() -> None:
    restarts = event("Back-off restarting failed container app in pod web-1", "BackOff")
    assert findings(inventory_of(pod(), restarts)) == []


def test_a_probe_that_was_content_for_long_does_not_speak_the_wrong_protocol() -> None:
    told = event('Liveness probe failed: timeout: failed to connect service "10.0.0.9:8080" within 1s')
    http = "httpGet: {port: 8080, path: /}"
    ran = LOOPING.replace("startedAt: '2026-01-01T03:09:10Z'", "startedAt: '2026-01-01T02:09:10Z'")
    soon = findings(inventory_of(pod(GRPC, http), told, event(KILLED, "Killing")))
    late = findings(inventory_of(pod(GRPC, http, ran), told, event(KILLED, "Killing")))
    assert best(soon)[0] == "liveness-probe-wrong-protocol"
    assert best(late)[0] != "liveness-probe-wrong-protocol"
