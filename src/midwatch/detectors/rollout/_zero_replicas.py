"""rollout: workloads scaled to zero although something depends on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import cast

from midwatch.detectors.common import MAX_FACTS, event_fact, fact, is_finished
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.networking import Ingress, Service
from midwatch.domain.kube.workloads import Deployment, HorizontalPodAutoscaler, ReplicaSet, StatefulSet
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.knowledge.callers import callers
from midwatch.knowledge.templates import pod_templates

_SCALERS = ("ScaledObject", "HTTPScaledObject", "Rollout")
_Index = Mapping[tuple[str, str, str], list[Service]]


def zero_replicas(inventory: Inventory) -> Iterator[Finding]:
    """No pods are wanted, but a Service sends to them or another workload calls that Service."""
    zeros = [
        each
        for each in (*inventory.all(Deployment), *inventory.all(StatefulSet), *inventory.all(ReplicaSet))
        if each.spec.replicas == 0 and not each.metadata.owner_references and not each.metadata.deletion_timestamp
    ]
    if not zeros:
        return
    services, intended = _by_label(inventory), _scaled_on_purpose(inventory)
    for each in zeros:
        empty = [] if each.ref in intended else _emptied(inventory, services, each.ref)
        yield _finding(inventory, each, empty)


def _by_label(inventory: Inventory) -> _Index:
    """Services under the first pair of their selector."""
    index: dict[tuple[str, str, str], list[Service]] = defaultdict(list)
    for service in inventory.all(Service):
        for key, value in list(service.spec.selector.items())[:1]:
            index[service.namespace, key, value].append(service)
    return index


def _emptied(inventory: Inventory, services: _Index, workload: Ref) -> list[Service]:
    """Services that select the workload's pods and have no other pod."""
    template = inventory.derive(pod_templates).get(workload)
    labels = template.metadata.labels if template else {}
    near = [each for key, value in labels.items() for each in services.get((workload.namespace, key, value), ())]
    selecting = [each for each in near if all(labels.get(k) == v for k, v in each.spec.selector.items())]
    return [each for each in selecting if not _has_others(inventory, each, workload)]


def _has_others(inventory: Inventory, service: Service, workload: Ref) -> bool:
    pods = inventory.select_labels(service.namespace, service.spec.selector)
    return any(not is_finished(each) and inventory.workload(each) != workload for each in pods)


def _scaled_on_purpose(inventory: Inventory) -> set[Ref]:
    """Workloads whose scaler may take them to zero."""
    targets = {
        Ref(each.spec.scale_target_ref.kind, each.namespace, each.spec.scale_target_ref.name)
        for each in inventory.all(HorizontalPodAutoscaler)
        if each.spec.min_replicas == 0
    }
    for each in inventory.custom:
        for key in ("scaleTargetRef", "workloadRef"):
            target = each.spec.get(key) if each.kind in _SCALERS else None
            if isinstance(target, dict):
                named = cast("dict[str, object]", target)
                kind = str(named.get("kind") or "Deployment")
                targets.add(Ref(kind, each.namespace, str(named.get("name"))))
    return targets


def _finding(inventory: Inventory, found: Deployment | StatefulSet | ReplicaSet, empty: list[Service]) -> Finding:
    dependants = [(service, who) for service in empty for who in _dependants(inventory, service, found.ref)]
    names = ", ".join(dict.fromkeys(each.name for each in empty))
    message = Text(f"{found.ref} is scaled to zero replicas", f"{found.ref} 的副本数为 0")
    if empty:
        message = Text(
            f"{message.en}, so Service {names} has no pods", f"{message.zh}，因此 Service {names} 没有 Pod"
        )
    strength = 0.9 if dependants else 0.75
    return Finding(
        "rollout/zero-replicas",
        found.ref,
        message,
        Severity.ERROR if empty else Severity.INFO,
        Status.ACTIVE if empty else Status.LATENT,
        (Claim("zero-replicas", found.ref, strength),) if empty else (),
        (fact(found, ".spec.replicas", 0), *_scaling(inventory, found.ref), *_facts(empty, dependants)),
        (*(each.ref for each in empty), *dict.fromkeys(who for _, who in dependants)),
    )


def _dependants(inventory: Inventory, service: Service, workload: Ref) -> list[Ref]:
    """Who calls a Service, by the addresses that they hold, and Ingresses that lead to it."""
    calling = [each for each in inventory.derive(callers).get(service.ref, ()) if each != workload]
    return calling + inventory.derive(_ingresses).get(service.ref, [])


def _ingresses(inventory: Inventory) -> dict[Ref, list[Ref]]:
    index: dict[Ref, list[Ref]] = defaultdict(list)
    for each in inventory.all(Ingress):
        paths = [path.backend for rule in each.spec.rules if rule.http for path in rule.http.paths]
        for backend in (*paths, *((each.spec.default_backend,) if each.spec.default_backend else ())):
            if backend.service is not None:
                index[Ref("Service", each.namespace, backend.service.name)].append(each.ref)
    return index


def _facts(empty: list[Service], dependants: list[tuple[Service, Ref]]) -> Iterator[Fact]:
    for each in empty[:MAX_FACTS]:
        yield fact(each, ".spec.selector", dict(each.spec.selector))
    for service, who in dependants[:MAX_FACTS]:
        yield Fact(who, "address", service.name)


def _scaling(inventory: Inventory, workload: Ref) -> Iterator[Fact]:
    """Who scaled it, if an event still tells."""
    events = [
        each for each in inventory.events(workload) if each.reason in ("ScalingReplicaSet", "SuccessfulDelete")
    ]
    yield from (event_fact(each) for each in events[-1:])
