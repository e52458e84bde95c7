"""What the resource metrics API says of pods (k8s.io/metrics, metrics-server)."""

from __future__ import annotations

from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import API_SERVICE
from midwatch.lab.core.objects import Obj, condition_of, name_of, parts, spec, status, uid_of
from midwatch.lab.core.runtime import Phase

WINDOW = 15.0
"""Seconds that a process must have run before there is a sample of it (--metric-resolution)."""
_PREFIX = "unable to fetch metrics from resource metrics API: "
UNAVAILABLE = _PREFIX + "the server is currently unable to handle the request (get pods.metrics.k8s.io)"
NOTHING = "no metrics returned from resource metrics API"


class MetricsError(Exception):
    """Why there is no metric; the text is that of the API or of the controller."""


def usage(env: Env, pods: list[Obj], resource: str, container: str = "") -> dict[str, float]:
    """Use by pod name: cores of `cpu`, bytes of `memory`. Raises `MetricsError` when the API does not answer."""
    if not _is_served(env):
        raise MetricsError(f"unable to get metrics for resource {resource}: {UNAVAILABLE}")
    found: dict[str, float] = {}
    for pod in pods:
        value = _of_pod(env, pod, resource, container)
        if value is not None:
            found[name_of(pod)] = value
    if not found:
        raise MetricsError(f"unable to get metrics for resource {resource}: {NOTHING}")
    return found


def _is_served(env: Env) -> bool:
    if not env.components.running("metrics-server"):
        return False
    service = env.store.get(API_SERVICE, "", "v1beta1.metrics.k8s.io")
    return service is None or (condition_of(service, "Available") or {}).get("status") != "False"


def _of_pod(env: Env, pod: Obj, resource: str, container: str) -> float | None:
    """The sum over its running containers; None when one of them has no sample yet."""
    if status(pod).get("phase") != "Running":
        return None
    names = [each["name"] for each in parts(spec(pod), "containers") if container in ("", each["name"])]
    total = 0.0
    for name in names:
        process = env.runtime.processes.get((uid_of(pod), name))
        if process is None or process.phase is Phase.EXITED or env.clock.now < process.started + WINDOW:
            return None
        total += process.cpu if resource == "cpu" else process.memory
    return total if names else None
