"""Addresses that reach an existing Service, but hardly the one that was meant, or on a port it does not have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from midwatch.detectors._backing import ailing, selector_of
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.meta import LabelSelector
from midwatch.domain.kube.networking import Service
from midwatch.domain.kube.selectors import matches
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.knowledge.addresses import Problem, Resolution, is_address_name
from midwatch.knowledge.callers import Resolved, resolved_references
from midwatch.knowledge.names import subject_of
from midwatch.knowledge.references import Reference
from midwatch.knowledge.templates import pod_templates

_SYSTEM_PORTS = {"http": 80, "https": 443}
_BETWEEN = ("proxy", "gateway", "envoy", "router", "sidecar", "mesh", "haproxy", "pgbouncer", "balancer", "nginx")


def implausible_service(inventory: Inventory) -> Iterator[Finding]:
    """A variable that names one existing Service and holds the address of another one."""
    siblings = _values_by_variable(inventory)
    for holder, reference, resolution in inventory.derive(resolved_references):
        service = resolution.service
        if service is None or resolution.problem or not is_address_name(reference.variable):
            continue
        meant = _meant(inventory, reference, service)
        if meant is not None and not is_self(inventory, holder, resolution):
            others = siblings.get((holder.namespace, reference.variable), set()) - {reference.address.host}
            yield _implausible(inventory, holder, reference, service, meant, meant.name in others)


def _values_by_variable(inventory: Inventory) -> Mapping[tuple[str, str], set[str]]:
    index: dict[tuple[str, str], set[str]] = defaultdict(set)
    for holder, reference, _ in inventory.derive(resolved_references):
        if reference.variable:
            index[holder.namespace, reference.variable].add(reference.address.host.partition(".")[0])
    return index


def _meant(inventory: Inventory, reference: Reference, service: Service) -> Service | None:
    """The Service that the variable's name speaks of, when it is clearly not the addressed one."""
    subject, told = subject_of(reference.variable), subject_of(service.name)
    if len(subject) < 3 or subject in told or told in subject or any(each in told for each in _BETWEEN):
        return None
    named = inventory.derive(_by_subject).get((service.namespace, subject))
    if named is None or named.spec.selector == service.spec.selector:
        return None
    return named


def _by_subject(inventory: Inventory) -> Mapping[tuple[str, str], Service]:
    return {(each.namespace, subject_of(each.name)): each for each in inventory.all(Service)}


def _implausible(
    inventory: Inventory, holder: Ref, reference: Reference, service: Service, meant: Service, agreed: bool
) -> Finding:
    """`agreed`: another workload holds the same variable with the address that the name speaks of."""
    hurts = hurts_any(inventory, holder)
    strength = 0.85 if hurts and agreed else 0.75 if hurts or agreed else 0.6
    return Finding(
        "addresses/service-implausible",
        holder,
        Text(
            f"{reference.variable} of {holder} is {reference.address},"
            f" which reaches {service.ref}, not {meant.ref}",
            f"{holder} 的 {reference.variable} 是 {reference.address}，它指向 {service.ref} 而不是 {meant.ref}",
        ),
        Severity.ERROR if hurts else Severity.WARNING,
        Status.ACTIVE,
        (Claim("service-address-mismatch", holder, strength),),
        (address_fact(reference),),
        (holder, meant.ref),
    )


def default_port(inventory: Inventory) -> Iterator[Finding]:
    """URLs without a port to Services that do not expose the scheme's own. Source: RFC 9110, section 4.2."""
    for holder, reference, resolution in inventory.derive(resolved_references):
        service, port = resolution.service, _SYSTEM_PORTS.get(reference.address.scheme)
        if service is None or port is None or reference.address.port is not None or not reference.variable:
            continue
        if reference.where.kind == "ConfigMap" or _restricts_not(service, port):
            continue
        yield _without_port(inventory, (holder, reference, resolution), service, port)


def _restricts_not(service: Service, port: int) -> bool:
    spec = service.spec
    loose = spec.cluster_ip == "None" or spec.type == "ExternalName" or not spec.ports
    return loose or any(each.port == port for each in spec.ports)


def _without_port(inventory: Inventory, found: Resolved, service: Service, port: int) -> Finding:
    holder, reference, _ = found
    hurts = hurts_any(inventory, holder)
    return Finding(
        "addresses/default-port-not-exposed",
        holder,
        Text(
            f"{reference.variable} of {holder} names no port, and {service.ref} does not expose port {port}",
            f"{holder} 的 {reference.variable} 没有写端口，而 {service.ref} 不开放端口 {port}",
        ),
        Severity.WARNING,
        Status.ACTIVE if hurts else Status.LATENT,
        (Claim("service-address-port-mismatch", holder, 0.6 if hurts else 0.4),),
        (address_fact(reference),),
        (holder, service.ref),
    )


def is_self(inventory: Inventory, holder: Ref, resolution: Resolution) -> bool:
    """Whether a workload names its own Service: what it announces or listens on need not be exposed."""
    template = inventory.derive(pod_templates).get(holder)
    if resolution.service is None or template is None:
        return resolution.name == holder.name
    selector = dict(selector_of(resolution.service))
    return bool(selector) and matches(LabelSelector(match_labels=selector), template.metadata.labels)


def namesake(inventory: Inventory, resolution: Resolution) -> Ref | None:
    """A workload of the name that the missing Service has: then the Service is gone, the address right."""
    for kind in ("Deployment", "StatefulSet", "DaemonSet"):
        ref = Ref(kind, resolution.namespace, resolution.name)
        if resolution.problem is Problem.NO_SERVICE and ref in inventory.derive(pod_templates):
            return ref
    return None


def hurts_any(inventory: Inventory, *holders: Ref) -> bool:
    """Whether a process of one of these workloads shows a symptom now."""
    return any(each in inventory.derive(ailing) for each in holders)


def address_fact(reference: Reference) -> Fact:
    """Where an address stands; its text without user names and passwords."""
    return Fact(reference.where, reference.path, str(reference.address))
