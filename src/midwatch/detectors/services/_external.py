"""Services that point out of the cluster or are published by others, and Services that a StatefulSet misses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from midwatch.detectors._backing import ailing
from midwatch.detectors.common import MAX_FACTS, event_fact, fact
from midwatch.domain.finding import Claim, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Event
from midwatch.domain.kube.networking import Service
from midwatch.domain.kube.workloads import StatefulSet
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.knowledge.addresses import Address, Problem, resolve
from midwatch.knowledge.callers import callers

_PENDING = timedelta(minutes=2)
_HOPEFUL = timedelta(minutes=30)
_FURNITURE = timedelta(days=1)
_AT_WORK = frozenset({"EnsuringLoadBalancer", "UpdatingLoadBalancer", "EnsuredLoadBalancer"})
_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_\-]{0,61}[A-Za-z0-9_])?\.?")
_IP = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){3}|[0-9A-Fa-f]{0,4}(:[0-9A-Fa-f]{0,4}){2,7}")
_FAILED = frozenset({"SyncLoadBalancerFailed", "CreatingLoadBalancerFailed", "UpdateLoadBalancerFailed"})


def invalid_name(inventory: Inventory) -> Iterator[Finding]:
    """Source: kubernetes.io/docs/concepts/services-networking/service/#externalname (a DNS name)."""
    for service in inventory.all(Service):
        if service.spec.type != "ExternalName":
            continue
        wrong = _wrong(inventory, service)
        if wrong is not None:
            yield _invalid(inventory, service, wrong)


def _wrong(inventory: Inventory, service: Service) -> Text | None:
    name = service.spec.external_name
    if not name:
        return None
    if _IP.fullmatch(name):
        return Text("an IP address, which DNS takes for a name", "一个 IP 地址，DNS 会把它当作域名")
    if any(not _NAME.fullmatch(f"{label}") for label in name.rstrip(".").split(".")):
        return Text("no DNS name", "不是合法的域名")
    found = resolve(inventory, service.namespace, Address(name.lower().rstrip(".")))
    if "." not in name:
        return Text("a name without a domain, which no resolver completes", "没有域的名字，解析器不会补全")
    if found.service is not None and found.service.ref == service.ref:
        return Text("the Service itself", "该 Service 自己")
    if found.problem in (Problem.NO_SERVICE, Problem.NO_NAMESPACE, Problem.ELSEWHERE):
        return Text("a Service that does not exist", "一个不存在的 Service")
    return None


def _invalid(inventory: Inventory, service: Service, wrong: Text) -> Finding:
    users = inventory.derive(callers).get(service.ref, ())
    hurts = any(each in inventory.derive(ailing) for each in users)
    return Finding(
        "services/external-name",
        service.ref,
        Text(
            f"{service.ref} is an alias for {service.spec.external_name!r}: {wrong.en}",
            f"{service.ref} 是 {service.spec.external_name!r} 的别名：{wrong.zh}",
        ),
        Severity.ERROR if hurts else Severity.WARNING,
        Status.ACTIVE if users else Status.LATENT,
        (Claim("external-name-invalid", service.ref, 0.9 if hurts else 0.75 if users else 0.5),),
        (fact(service, ".spec.externalName", service.spec.external_name),),
        users[:MAX_FACTS],
    )


def balancer_pending(inventory: Inventory) -> Iterator[Finding]:
    """Source: k8s.io/cloud-provider/controllers/service/controller.go (events); status.loadBalancer.

    A cluster without anything that makes load balancers leaves them pending for ever: one that waits for days
    while nobody ever gets an address is part of the furniture, and no fault of now.
    """
    balancers = [each for each in inventory.all(Service) if each.spec.type == "LoadBalancer"]
    provided = any(each.status.load_balancer.ingress for each in balancers)
    for service in balancers:
        created = service.metadata.creation_timestamp
        old = created is not None and inventory.now - created > _PENDING
        if service.status.load_balancer.ingress or not old or service.metadata.deletion_timestamp is not None:
            continue
        told = inventory.events(service.ref)
        failures = [each for each in told if each.reason in _FAILED]
        working = provided or any(each.reason in _AT_WORK for each in told)
        waits = created is not None and _HOPEFUL < inventory.now - created < _FURNITURE
        if failures or working or waits:
            yield _pending(service, failures, 0.9 if failures else 0.7 if working else 0.45)


def _pending(service: Service, failures: list[Event], strength: float) -> Finding:
    said = failures[-1] if failures else None
    return Finding(
        "services/load-balancer-pending",
        service.ref,
        Text(
            f"{service.ref} still has no load balancer address" + (f": {said.message[:200]}" if said else ""),
            f"{service.ref} 一直没有得到负载均衡器地址" + (f"：{said.message[:200]}" if said else ""),
        ),
        Severity.WARNING,
        Status.ACTIVE,
        (Claim("load-balancer-pending", service.ref, strength),),
        (event_fact(said),) if said else (fact(service, ".status.loadBalancer.ingress", "(none)"),),
        since=service.metadata.creation_timestamp,
    )


def governing_service_missing(inventory: Inventory) -> Iterator[Finding]:
    """Source: kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id (serviceName)."""
    for each in inventory.all(StatefulSet):
        name = each.spec.service_name
        if not name or not inventory.knows(Service, each.namespace):
            continue
        if inventory.get(Service, each.namespace, name) is None:
            yield _ungoverned(inventory, each, Ref("Service", each.namespace, name))


def _ungoverned(inventory: Inventory, found: StatefulSet, missing: Ref) -> Finding:
    """Pods run without it, only their DNS names are missing."""
    hurts = found.ref in inventory.derive(ailing)
    needed = hurts or bool(inventory.derive(callers).get(missing))
    return Finding(
        "services/governing-service-missing",
        found.ref,
        Text(
            f"{found.ref} names the Service {missing.name} for its pods' DNS names, which does not exist",
            f"{found.ref} 用于 Pod 域名的 Service {missing.name} 不存在",
        ),
        Severity.WARNING,
        Status.ACTIVE if needed else Status.LATENT,
        (Claim("service-missing", missing, 0.75 if hurts else 0.5),),
        (fact(found, ".spec.serviceName", missing.name),),
        (found.ref,),
    )
