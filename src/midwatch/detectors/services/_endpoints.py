"""Services with pods behind them and yet no usable endpoints, or with endpoints that are out of date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from midwatch.detectors._backing import (
    Backing,
    Recorded,
    backings,
    is_ready,
    is_young,
    selector_of,
    unresolved_names,
)
from midwatch.detectors.common import MAX_FACTS, condition, fact, refs
from midwatch.domain.finding import Claim, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.networking import Endpoints, EndpointSlice
from midwatch.domain.kube.pods import Pod
from midwatch.domain.text import Text
from midwatch.knowledge.callers import callers

_LAG = timedelta(minutes=1)
"""How far endpoints may lie behind the pods: controllers batch, and the LISTs of a survey are not simultaneous."""


def none_ready(inventory: Inventory) -> Iterator[Finding]:
    """Source: kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-probes."""
    for backing in inventory.derive(backings).values():
        if not backing.pods or backing.ready or backing.service.spec.publish_not_ready_addresses:
            continue
        if all(is_young(inventory, each) or _unknown(each) for each in backing.pods):
            continue
        yield _unready(inventory, backing)


def _unknown(pod: Pod) -> bool:
    """Whether nothing is known about a pod's state."""
    return not pod.status.phase and not pod.status.conditions and not pod.status.container_statuses


def _unready(inventory: Inventory, backing: Backing) -> Finding:
    service, count = backing.service, len(backing.pods)
    owners = tuple(dict.fromkeys(inventory.workload(each) for each in backing.pods))
    return Finding(
        "services/no-ready-endpoints",
        service.ref,
        Text(
            f"{service.ref} has no ready endpoints: none of its {count} selected pods is ready",
            f"{service.ref} 没有就绪的端点：所选的 {count} 个 Pod 都未就绪",
        ),
        Severity.ERROR,
        Status.ACTIVE,
        (Claim("service-no-ready-endpoints", service.ref, 0.4),),
        tuple(fact(each, ".status.phase", each.status.phase) for each in backing.pods[:MAX_FACTS]),
        (*owners[:MAX_FACTS], *refs(backing.pods[:MAX_FACTS])),
        min((at for each in backing.pods if (at := _since(each))), default=None),
    )


def _since(pod: Pod) -> datetime | None:
    ready = condition(pod.status.conditions, "Ready")
    return ready.last_transition_time if ready else pod.metadata.creation_timestamp


def without_selector(inventory: Inventory) -> Iterator[Finding]:
    """Source: kubernetes.io/docs/concepts/services-networking/service/#services-without-selectors."""
    for backing in inventory.derive(backings).values():
        service = backing.service
        if service.spec.selector or service.spec.type == "ExternalName" or backing.pods:
            continue
        users = inventory.derive(callers).get(service.ref, ())
        recorded = backing.recorded
        if not users or not _knows_endpoints(inventory, service.namespace) or (recorded and _any(recorded)):
            continue
        yield Finding(
            "services/without-selector-and-endpoints",
            service.ref,
            Text(
                f"{service.ref} selects no pods and has no endpoints of its own, yet {users[0]} calls it",
                f"{service.ref} 既没有选择器也没有手工端点，但 {users[0]} 会调用它",
            ),
            Severity.WARNING,
            Status.ACTIVE,
            (Claim("service-no-ready-endpoints", service.ref, 0.6),),
            (fact(service, ".spec.selector", "(none)"),),
            users[:MAX_FACTS],
        )


def _knows_endpoints(inventory: Inventory, namespace: str) -> bool:
    return inventory.knows(Endpoints, namespace) or inventory.knows(EndpointSlice, namespace)


def _any(recorded: Recorded) -> bool:
    return bool(recorded.ready or recorded.unready or not recorded.whole)


def stale(inventory: Inventory) -> Iterator[Finding]:
    """Source: pkg/controller/endpointslice/endpointslice_controller.go (keeps addresses equal to ready pods)."""
    for backing in inventory.derive(backings).values():
        recorded = backing.recorded
        if recorded is None or not recorded.whole or not selector_of(backing.service):
            continue
        if backing.service.spec.ports and len(unresolved_names(backing)) == len(backing.service.spec.ports):
            continue
        missing = [each for each in backing.ready if _left_out(inventory, each, recorded)]
        if missing and len(missing) == len(backing.ready):
            yield _stale(backing, missing)


def _left_out(inventory: Inventory, pod: Pod, recorded: Recorded) -> bool:
    """Whether a pod has been ready for a while and is nowhere in the endpoints of its address family."""
    address, ready = pod.status.pod_ip, condition(pod.status.conditions, "Ready")
    since = ready.last_transition_time if ready else None
    if not address or since is None or inventory.now - since < _LAG or not is_ready(pod):
        return False
    listed = recorded.ready | recorded.unready
    return address not in listed and not any((":" in each) != (":" in address) for each in listed)


def _stale(backing: Backing, missing: list[Pod]) -> Finding:
    service = backing.service
    return Finding(
        "services/endpoints-stale",
        service.ref,
        Text(
            f"Endpoints of {service.ref} lack all of its {len(missing)} ready pods, such as {missing[0].name}",
            f"{service.ref} 的端点里缺少它全部 {len(missing)} 个就绪的 Pod，例如 {missing[0].name}",
        ),
        Severity.ERROR,
        Status.ACTIVE,
        (Claim("endpoints-stale", service.ref, 0.9),),
        tuple(fact(each, ".status.podIP", each.status.pod_ip) for each in missing[:MAX_FACTS]),
        refs(missing[:MAX_FACTS]),
    )
