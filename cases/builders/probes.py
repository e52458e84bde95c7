"""Probes that fail because of what they ask, not because the application is ill."""

from __future__ import annotations

from datetime import timedelta

from cases.builders.world import NOW, CaseSpec, World, of
from midwatch.domain.resource import Ref
from midwatch.evals.synthetic.containers import Run, crash_looping, ended, http_probe, running, tcp_probe
from midwatch.evals.synthetic.values import Obj, part, parts
from midwatch.evals.synthetic.workloads import Rollout

_AGE = timedelta(minutes=31)


def _unready(w: World) -> Run | None:
    """Runs and is never ready."""
    return running(NOW - _AGE, ready=False) if w.broken else None


def _killed(w: World, name: str, restarts: int = 11) -> Run | None:
    """Ended by the kubelet again and again: SIGTERM, exit 143."""
    if not w.broken:
        return None
    return crash_looping(name, restarts, ended(143, NOW - timedelta(seconds=95), lasted=timedelta(seconds=62)))


def _liveness(w: World, made: Rollout, name: str, why: str) -> None:
    if w.broken:
        w.warn_all(made.pods, "Unhealthy", f"Liveness probe failed: {why}", count=33)
        told = f"Container {name} failed liveness probe, will be restarted"
        w.warn_all(made.pods, "Killing", told, count=11, normal=True)
        w.warn_all(made.pods, "BackOff", f"Back-off restarting failed container {name} in pod {{pod}}", count=71)


def liveness_port(w: World) -> Ref:
    """The metrics port moved; the liveness probe did not."""
    port = 9000 if w.broken else 4610
    probe = http_probe("/healthz", port, initialDelaySeconds=5)
    fields: Obj = {"livenessProbe": probe, "readinessProbe": http_probe("/healthz", "http")}
    made = w.app(
        "courier", "dispatch", 4610, run=_killed(w, "courier"), fields=fields, age=_AGE if w.broken else None
    )
    _liveness(
        w, made, "courier", 'Get "http://{ip}:9000/healthz": dial tcp {ip}:9000: connect: connection refused'
    )
    return of("Deployment", made)


def liveness_path(w: World) -> Ref:
    path = "/health" if w.broken else "/actuator/health/liveness"
    fields: Obj = {"livenessProbe": http_probe(path, "http", initialDelaySeconds=10)}
    made = w.app(
        "invoicing", "finance", 4620, run=_killed(w, "invoicing"), fields=fields, age=_AGE if w.broken else None
    )
    _liveness(w, made, "invoicing", "HTTP probe failed with statuscode: 404")
    return of("Deployment", made)


def liveness_impatient(w: World) -> Ref:
    """One second of patience, one failure allowed; the application answers in two seconds under load."""
    times = {"timeoutSeconds": 1, "failureThreshold": 1, "periodSeconds": 5}
    if not w.broken:
        times = {"timeoutSeconds": 5, "failureThreshold": 3, "periodSeconds": 10}
    fields: Obj = {"livenessProbe": http_probe("/live", "http", **times), "readinessProbe": tcp_probe("http")}
    run = running(
        NOW - timedelta(minutes=1),
        restarts=14,
        last=ended(137, NOW - timedelta(minutes=1, seconds=2), lasted=timedelta(seconds=118)),
    )
    made = w.app(
        "search-head",
        "search",
        4630,
        run=run if w.broken else None,
        fields=fields,
        age=timedelta(minutes=50) if w.broken else None,
    )
    if w.broken:
        why = (
            'Get "http://{ip}:4630/live": context deadline exceeded (Client.Timeout exceeded while awaiting '
            "headers)"
        )
        w.warn_all(made.pods, "Unhealthy", f"Liveness probe failed: {why}", count=15)
        told = "Container search-head failed liveness probe, will be restarted"
        w.warn_all(made.pods, "Killing", told, count=14, normal=True)
    return of("Deployment", made)


def readiness_port(w: World) -> Ref:
    port = 8081 if w.broken else 8080
    fields: Obj = {"readinessProbe": http_probe("/ready", port), "livenessProbe": tcp_probe("http")}
    made = w.app("ferry", "harbour", 8080, run=_unready(w), fields=fields, age=_AGE if w.broken else None)
    if w.broken:
        why = 'Get "http://{ip}:8081/ready": dial tcp {ip}:8081: connect: connection refused'
        w.warn_all(made.pods, "Unhealthy", f"Readiness probe failed: {why}", count=180)
    return of("Deployment", made)


def readiness_path(w: World) -> Ref:
    """The path is misspelt; a caller suffers, too."""
    fields: Obj = {"readinessProbe": http_probe("/redy" if w.broken else "/ready", "http")}
    made = w.app("pricing", "hotel", 4650, run=_unready(w), fields=fields, age=_AGE if w.broken else None)
    if w.broken:
        w.warn_all(
            made.pods, "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 404", count=180
        )
    return of("Deployment", made)


def readiness_scheme(w: World) -> Ref:
    """Asks HTTPS of a server that speaks HTTP."""
    probe = http_probe("/ready", "http")
    get = part(probe, "httpGet") | {"scheme": "HTTPS" if w.broken else "HTTP"}
    made = w.app(
        "passes",
        "museum",
        4660,
        run=_unready(w),
        fields={"readinessProbe": probe | {"httpGet": get}},
        age=_AGE if w.broken else None,
    )
    if w.broken:
        why = 'Get "https://{ip}:4660/ready": http: server gave HTTP response to HTTPS client'
        w.warn_all(made.pods, "Unhealthy", f"Readiness probe failed: {why}", count=180)
    return of("Deployment", made)


def startup_short(w: World) -> Ref:
    """The application needs a minute to start and gets twenty seconds."""
    failures = 2 if w.broken else 12
    fields: Obj = {
        "startupProbe": http_probe("/started", "http", periodSeconds=10, failureThreshold=failures),
        "livenessProbe": http_probe("/started", "http"),
    }
    run: Run | None = None
    if w.broken:
        run = crash_looping("warehouse", 10, ended(143, NOW - timedelta(seconds=80), lasted=timedelta(seconds=51)))
    made = w.app("warehouse", "retail", 4670, run=run, fields=fields, age=_AGE if w.broken else None)
    for each in made.pods if w.broken else ():
        lines = (
            "09:28:05.101 loading catalogue (41 %)",
            "09:28:25.430 loading catalogue (63 %)",
            "09:28:38.002 received SIGTERM before the start was complete, shutting down",
        )
        w.log(each, "warehouse", *lines)
        w.log(each, "warehouse", *lines, previous=True)
    if w.broken:
        why = 'Get "http://{ip}:4670/started": dial tcp {ip}:4670: connect: connection refused'
        w.warn_all(made.pods, "Unhealthy", f"Startup probe failed: {why}", count=20)
        told = "Container warehouse failed startup probe, will be restarted"
        w.warn_all(made.pods, "Killing", told, count=10, normal=True)
        w.warn_all(made.pods, "BackOff", "Back-off restarting failed container warehouse in pod {pod}", count=60)
    return of("Deployment", made)


def readiness_gate(w: World) -> Ref:
    """A load balancer controller that is not there was to set the condition."""
    gate = "target-health.example.com/web"
    spec: Obj = {"readinessGates": [{"conditionType": gate}]} if w.broken else {}
    made = w.app("kiosk", "airport", 4680, spec=spec, age=timedelta(minutes=40) if w.broken else None)
    if not w.broken:
        return of("Deployment", made)
    for each in made.pods:
        for found in parts(part(each, "status"), "conditions"):
            if found["type"] == "Ready":
                corrected = f'corresponding condition of pod readiness gate "{gate}" does not exist.'
                found |= {"status": "False", "reason": "ReadinessGatesNotReady", "message": corrected}
    for each in (*made.replica_sets, made.deployment):
        status = part(each, "status")
        for key in ("readyReplicas", "availableReplicas"):
            status[key] = 0
    part(made.deployment, "status")["unavailableReplicas"] = 2
    _unavailable(made.deployment)
    return of("Deployment", made)


def _unavailable(deployment: Obj) -> None:
    for found in parts(part(deployment, "status"), "conditions"):
        if found["type"] == "Available":
            message = "Deployment does not have minimum availability."
            found |= {"status": "False", "reason": "MinimumReplicasUnavailable", "message": message}
        else:
            message = str(found["message"]).replace("has successfully progressed", "has timed out progressing")
            found |= {"status": "False", "reason": "ProgressDeadlineExceeded", "message": message}


CASES = (
    CaseSpec(
        "liveness-probe-wrong-port",
        "liveness-probe-wrong-port",
        "The probe asks a port nobody listens on",
        liveness_port,
    ),
    CaseSpec(
        "liveness-probe-wrong-path",
        "liveness-probe-wrong-path",
        "The probe asks a path that is not there",
        liveness_path,
    ),
    CaseSpec(
        "liveness-probe-too-aggressive",
        "liveness-probe-too-aggressive",
        "One slow answer is death",
        liveness_impatient,
    ),
    CaseSpec("readiness-probe-wrong-port", "readiness-probe-wrong-port", "Off by one", readiness_port),
    CaseSpec("readiness-probe-wrong-path", "readiness-probe-wrong-path", "A misspelt path", readiness_path),
    CaseSpec(
        "readiness-probe-wrong-protocol", "readiness-probe-wrong-protocol", "HTTPS asked of HTTP", readiness_scheme
    ),
    CaseSpec(
        "startup-probe-too-short",
        "startup-probe-too-short",
        "Too little time to start",
        startup_short,
        accept=("startup-probe-failing",),
    ),
    CaseSpec(
        "readiness-gate-unmet", "readiness-gate-unmet", "A readiness gate that nobody serves", readiness_gate
    ),
)
