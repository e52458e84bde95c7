"""addresses: whether the Services that workloads call by variable, argument or ConfigMap exist and mean them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from midwatch.detectors._backing import ailing, selector_of
from midwatch.detectors.common import MAX_FACTS
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.meta import LabelSelector
from midwatch.domain.kube.networking import Service
from midwatch.domain.kube.selectors import matches
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.knowledge.addresses import Address, Problem, Resolution, is_address_name
from midwatch.knowledge.callers import Resolved, callers, resolved_references
from midwatch.knowledge.names import closest, subject_of
from midwatch.knowledge.references import Reference
from midwatch.knowledge.templates import pod_templates

_MAX_PER_HOLDER = 20
_MAX_LOOKUPS = 500
_SYSTEM_PORTS = {"http": 80, "https": 443}
_BETWEEN = ("proxy", "gateway", "envoy", "router", "sidecar", "mesh", "haproxy", "pgbouncer", "balancer", "nginx")


@dataclass(frozen=True, slots=True)
class _Wrong:
    """One wrong address of a workload."""

    holder: Ref
    reference: Reference
    resolution: Resolution
    near: Service | None = None


def missing_service(inventory: Inventory) -> Iterator[Finding]:
    """Addresses of Services that do not exist. Source: docs/concepts/services-networking/dns-pod-service."""
    for wrong in _broken(inventory):
        if wrong.resolution.problem is Problem.WRONG_PORT:
            continue
        workload = _namesake(inventory, wrong.resolution)
        if workload is not None:
            yield _service_gone(inventory, wrong, workload)
        elif wrong.near is not None or wrong.reference.explicit:
            yield _no_such_service(inventory, wrong)


def wrong_port(inventory: Inventory) -> Iterator[Finding]:
    """Ports that the addressed Service does not expose. Source: docs/concepts/services-networking/service."""
    for wrong in _broken(inventory):
        service = wrong.resolution.service
        if wrong.resolution.problem is Problem.WRONG_PORT and service is not None:
            yield _port_not_exposed(inventory, wrong, service)


def _broken(inventory: Inventory) -> tuple[_Wrong, ...]:
    return inventory.derive(_all_broken)


def _all_broken(inventory: Inventory) -> tuple[_Wrong, ...]:
    counts: dict[Ref, int] = defaultdict(int)
    near = _Near(inventory)
    found: dict[tuple[Ref, Address], _Wrong] = {}
    for holder, reference, resolution in inventory.derive(resolved_references):
        if (
            resolution.problem is None
            or counts[holder] >= _MAX_PER_HOLDER
            or _is_self(inventory, holder, resolution)
        ):
            continue
        if _aliased(inventory, holder, reference.address.host):
            continue
        key = holder, reference.address
        if key not in found:
            counts[holder] += 1
            found[key] = _Wrong(holder, reference, resolution, near.service(resolution))
    return tuple(found.values())


class _Near:
    """Existing Services with a name like one that does not exist; each question is answered once."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._known: dict[tuple[str, str], Service | None] = {}

    def service(self, resolution: Resolution) -> Service | None:
        if resolution.problem is Problem.ELSEWHERE:
            return resolution.service
        if resolution.problem is not Problem.NO_SERVICE:
            return None
        key = resolution.namespace, resolution.name
        if key not in self._known and len(self._known) < _MAX_LOOKUPS:
            services = self._inventory.derive(_services_by_namespace).get(resolution.namespace, {})
            self._known[key] = services.get(closest(resolution.name, services) or "")
        return self._known.get(key)


def _services_by_namespace(inventory: Inventory) -> Mapping[str, dict[str, Service]]:
    index: dict[str, dict[str, Service]] = defaultdict(dict)
    for service in inventory.all(Service):
        index[service.namespace][service.name] = service
    return index


def _is_self(inventory: Inventory, holder: Ref, resolution: Resolution) -> bool:
    """Whether a workload names its own Service: what it announces or listens on need not be exposed."""
    template = inventory.derive(pod_templates).get(holder)
    if resolution.service is None or template is None:
        return resolution.name == holder.name
    selector = dict(selector_of(resolution.service))
    return bool(selector) and matches(LabelSelector(match_labels=selector), template.metadata.labels)


def _aliased(inventory: Inventory, holder: Ref, host: str) -> bool:
    """Whether the pod's own hosts file gives the host an address."""
    template = inventory.derive(pod_templates).get(holder)
    return template is not None and any(host in each.hostnames for each in template.spec.host_aliases)


def _namesake(inventory: Inventory, resolution: Resolution) -> Ref | None:
    """A workload of the name that the missing Service has: then the Service is gone, the address right."""
    for kind in ("Deployment", "StatefulSet", "DaemonSet"):
        ref = Ref(kind, resolution.namespace, resolution.name)
        if resolution.problem is Problem.NO_SERVICE and ref in inventory.derive(pod_templates):
            return ref
    return None


def _service_gone(inventory: Inventory, wrong: _Wrong, workload: Ref) -> Finding:
    missing = Ref("Service", workload.namespace, workload.name)
    users = inventory.derive(callers).get(missing, (wrong.holder,))
    hurts = _hurts(inventory, *users)
    return Finding(
        "addresses/service-gone",
        wrong.holder,
        Text(
            f"{wrong.holder} calls {wrong.reference.address}, and {workload} exists, but there is no {missing}",
            f"{wrong.holder} 调用 {wrong.reference.address}，{workload} 存在，但没有 {missing}",
        ),
        Severity.ERROR if hurts or len(users) > 1 else Severity.WARNING,
        Status.ACTIVE,
        (
            Claim("service-missing", missing, 0.9 if hurts or len(users) > 1 else 0.75),
            Claim("service-address-mismatch", wrong.holder, 0.2),
        ),
        (_fact(wrong.reference),),
        (*users[:MAX_FACTS], workload),
    )


def _no_such_service(inventory: Inventory, wrong: _Wrong) -> Finding:
    """A near miss is a slip; a name like nothing here may be an optional part that was never installed."""
    hurts, asked = _hurts(inventory, wrong.holder), f"{wrong.resolution.namespace}/{wrong.resolution.name}"
    sure = wrong.near is not None and (wrong.reference.explicit or wrong.reference.address.port is not None)
    strength = (0.9 if hurts else 0.75) if sure else (0.5 if hurts else 0.3)
    hint = f" (meant: {wrong.near.ref})" if wrong.near else ""
    hint_zh = f"（可能是 {wrong.near.ref}）" if wrong.near else ""
    return Finding(
        "addresses/service-unknown",
        wrong.holder,
        Text(
            f"{_what(wrong)} of {wrong.holder} is {wrong.reference.address}, but no Service {asked} exists{hint}",
            f"{wrong.holder} 的 {_what(wrong)} 是 {wrong.reference.address}，但没有 Service {asked}{hint_zh}",
        ),
        Severity.ERROR if sure and hurts else Severity.WARNING if sure or hurts else Severity.INFO,
        Status.ACTIVE if sure or hurts else Status.LATENT,
        (Claim("service-address-mismatch", wrong.holder, strength),),
        (_fact(wrong.reference),),
        (wrong.holder,),
    )


def _port_not_exposed(inventory: Inventory, wrong: _Wrong, service: Service) -> Finding:
    hurts = _hurts(inventory, wrong.holder)
    strength = 0.9 if hurts else 0.8 if wrong.reference.where == wrong.holder else 0.6
    have = ", ".join(str(each.port) for each in service.spec.ports[:8])
    return Finding(
        "addresses/port-not-exposed",
        wrong.holder,
        Text(
            f"{_what(wrong)} of {wrong.holder} is {wrong.reference.address},"
            f" but {service.ref} exposes only {have}",
            f"{wrong.holder} 的 {_what(wrong)} 是 {wrong.reference.address}，但 {service.ref} 只开放 {have}",
        ),
        Severity.ERROR if hurts else Severity.WARNING,
        Status.ACTIVE,
        (Claim("service-address-port-mismatch", wrong.holder, strength),),
        (_fact(wrong.reference), Fact(service.ref, ".spec.ports[*].port", have)),
        (wrong.holder, service.ref),
    )


def implausible_service(inventory: Inventory) -> Iterator[Finding]:
    """A variable that names one existing Service and holds the address of another one."""
    siblings = _values_by_variable(inventory)
    for holder, reference, resolution in inventory.derive(resolved_references):
        service = resolution.service
        if service is None or resolution.problem or not is_address_name(reference.variable):
            continue
        meant = _meant(inventory, reference, service)
        if meant is not None and not _is_self(inventory, holder, resolution):
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
    hurts = _hurts(inventory, holder)
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
        (_fact(reference),),
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
    hurts = _hurts(inventory, holder)
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
        (_fact(reference),),
        (holder, service.ref),
    )


def _hurts(inventory: Inventory, *holders: Ref) -> bool:
    return any(each in inventory.derive(ailing) for each in holders)


def _what(wrong: _Wrong) -> str:
    return wrong.reference.variable or "an argument"


def _fact(reference: Reference) -> Fact:
    return Fact(reference.where, reference.path, str(reference.address))


DETECTORS = (missing_service, wrong_port, implausible_service, default_port)
