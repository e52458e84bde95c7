"""Load balancers for Services, from the cloud.

Source: k8s.io/cloud-provider/controllers/service/controller.go.
"""

from __future__ import annotations

from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import SERVICE
from midwatch.lab.core.objects import (
    Obj,
    is_deleted,
    meta,
    name_of,
    namespace_of,
    part,
    spec,
    status,
    with_meta,
    with_status,
)
from midwatch.lab.core.queue import WorkQueue
from midwatch.lab.core.registry import controller_user
from midwatch.lab.core.store import Change

COMPONENT, _SOURCE = "cloud-controller-manager", "service-controller"
FINALIZER = "service.kubernetes.io/load-balancer-cleanup"
_USER = controller_user("service-controller")
_WORK = 8.0
"""Seconds that a cloud takes to make a load balancer."""
_RETRY, _MOST = 5.0, 300.0  # minRetryDelay, maxRetryDelay


class LoadBalancers:
    """Gives Services of type LoadBalancer an address, unless the cloud refuses (`World.cloud_fails`)."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self._begun: set[str] = set()
        self._failures: dict[str, int] = {}
        self._count = 0
        self._work = WorkQueue[tuple[str, str]](env.clock, env.components, COMPONENT, "load balancer", self._sync)
        for each in env.store.list(SERVICE):
            self._note(each)
        env.store.watch(self._observe, SERVICE)

    def _observe(self, change: Change) -> None:
        if change.type != "DELETED":
            self._note(change.new)

    def _note(self, service: Obj) -> None:
        if _wants(service) != bool(_addresses(service)) or (is_deleted(service) and _is_held(service)):
            self._work.add((namespace_of(service), name_of(service)))

    def _sync(self, key: tuple[str, str]) -> None:
        service = self._env.store.get(SERVICE, *key)
        if service is None:
            return
        if not _wants(service):
            self._clean(service)
        elif not _addresses(service):
            self._ensure(service, key)

    def _ensure(self, service: Obj, key: tuple[str, str]) -> None:
        uid = meta(service)["uid"]
        if uid not in self._begun:
            self._begun.add(uid)
            self._event(service, "Normal", "EnsuringLoadBalancer", "Ensuring load balancer")
            if not _is_held(service):
                finalizers: list[str] = meta(service).get("finalizers") or []
                held = with_meta(service, finalizers=[*finalizers, FINALIZER])
                self._env.registry.update(SERVICE, held, user=_USER)
            self._work.add(key, _WORK)
            return
        self._begun.discard(uid)
        error = self._env.world.cloud_fails
        if error:
            message = f"Error syncing load balancer: failed to ensure load balancer: {error}"
            self._event(service, "Warning", "SyncLoadBalancerFailed", message)
            failures = self._failures.get(uid, 0)
            self._failures[uid] = failures + 1
            self._work.add(key, min(_RETRY * 2 ** min(failures, 10), _MOST))
            return
        self._count += 1
        wanted = (
            spec(service).get("loadBalancerIP") or f"198.51.{100 + self._count // 250}.{self._count % 250 + 1}"
        )
        balancer = {"ingress": [{"ip": wanted, "ipMode": "VIP"}]}
        self._env.registry.update_status(SERVICE, with_status(service, loadBalancer=balancer))
        self._event(service, "Normal", "EnsuredLoadBalancer", "Ensured load balancer")

    def _clean(self, service: Obj) -> None:
        if _addresses(service):
            service = self._env.registry.update_status(SERVICE, with_status(service, loadBalancer={}))
        if _is_held(service):
            self._event(service, "Normal", "DeletedLoadBalancer", "Deleted load balancer")
            self._env.registry.finalize(SERVICE, service, FINALIZER)

    def _event(self, service: Obj, type_: str, reason: str, message: str) -> None:
        self._env.recorder.event(service, type_, reason, message, component=_SOURCE)


def _wants(service: Obj) -> bool:
    body = spec(service)
    return body.get("type") == "LoadBalancer" and not body.get("loadBalancerClass") and not is_deleted(service)


def _addresses(service: Obj) -> list[Obj]:
    return part(status(service), "loadBalancer").get("ingress") or []


def _is_held(service: Obj) -> bool:
    return FINALIZER in (meta(service).get("finalizers") or ())
