"""API groups that other servers answer for, as APIService objects say.

Source: kube-aggregator/pkg/apiserver/handler_proxy.go.
"""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.lab.api.call import Answer
from midwatch.lab.api.usage import GROUP, VERSION
from midwatch.lab.core.env import Env
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import API_SERVICE, SERVICE
from midwatch.lab.core.objects import Obj, condition_of, name_of, spec

_METRICS_SERVER = "metrics-server"


def aggregated(env: Env) -> Iterator[tuple[str, str, Obj]]:
    """Groups and versions that are served elsewhere, and their APIService."""
    for each in env.store.list(API_SERVICE):
        if spec(each).get("service"):
            yield spec(each).get("group", ""), spec(each).get("version", ""), each


def service_of(env: Env, group: str, version: str) -> Obj | None:
    """The APIService that serves a group and version elsewhere."""
    found = env.store.get(API_SERVICE, "", f"{version}.{group}")
    return found if found is not None and spec(found).get("service") else None


def is_available(env: Env, service: Obj) -> bool:
    """Whether an aggregated group answers: metrics-server is the only extension server of the lab."""
    return _listed_available(service) and _answers(env, service)


def _listed_available(service: Obj) -> bool:
    return (condition_of(service, "Available") or {}).get("status", "True") == "True"


def _answers(env: Env, service: Obj) -> bool:
    return name_of(service) == f"{VERSION}.{GROUP}" and env.components.running(_METRICS_SERVER)


def unavailable(env: Env, service: Obj) -> Answer | None:
    """What the aggregator says when the server behind a group does not answer; None when it does."""
    if not _listed_available(service):
        return Answer("service unavailable\n", 503, "text/plain; charset=utf-8")
    if _answers(env, service):
        return None
    target: Obj = spec(service)["service"]
    found = env.store.get(SERVICE, target.get("namespace", ""), target.get("name", ""))
    ip = spec(found).get("clusterIP", "") if found is not None else ""
    reason = f"dial tcp {ip}:{target.get('port', 443)}: connect: connection refused"
    if found is None:
        reason = f'service "{target.get("name", "")}" not found'
    why = f"error trying to reach service: {reason}"
    return Answer(ApiError(503, "ServiceUnavailable", why).status(), 503)
