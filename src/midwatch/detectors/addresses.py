"""addresses: whether the Services that workloads call by variable, argument or ConfigMap exist and mean them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from midwatch.detectors._address_sense import (
    address_fact,
    default_port,
    hurts_any,
    implausible_service,
    is_self,
    namesake,
)
from midwatch.detectors._log_targets import DATABASES, engine_of_service
from midwatch.detectors._near import NearServices
from midwatch.detectors.common import MAX_FACTS
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.networking import Service
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.knowledge.addresses import Address, Problem, Resolution
from midwatch.knowledge.callers import callers, resolved_references
from midwatch.knowledge.references import Reference
from midwatch.knowledge.templates import pod_templates

_MAX_PER_HOLDER = 20


@dataclass(frozen=True, slots=True)
class _Wrong:
    """One wrong address of a workload."""

    holder: Ref
    reference: Reference
    resolution: Resolution
    near: Service | None = None

    @property
    def is_slip(self) -> bool:
        """Whether the address resembles that of an existing Service."""
        return self.near is not None and (self.reference.explicit or self.reference.address.port is not None)


def missing_service(inventory: Inventory) -> Iterator[Finding]:
    """Addresses of Services that do not exist. Source: docs/concepts/services-networking/dns-pod-service."""
    unknown: dict[tuple[Ref, bool], list[_Wrong]] = defaultdict(list)
    for wrong in inventory.derive(_broken):
        if wrong.resolution.problem is Problem.WRONG_PORT:
            continue
        workload = namesake(inventory, wrong.resolution)
        if workload is not None:
            yield _service_gone(inventory, wrong, workload)
        elif wrong.near is not None or wrong.reference.explicit:
            unknown[wrong.holder, wrong.is_slip].append(wrong)
    for found in unknown.values():
        yield _no_such_service(inventory, found)


def wrong_port(inventory: Inventory) -> Iterator[Finding]:
    """Ports that the addressed Service does not expose. Source: docs/concepts/services-networking/service."""
    closed: dict[Ref, list[_Wrong]] = defaultdict(list)
    for wrong in inventory.derive(_broken):
        if wrong.resolution.problem is Problem.WRONG_PORT:
            closed[wrong.holder].append(wrong)
    for found in closed.values():
        yield from _port_not_exposed(inventory, found)


def _broken(inventory: Inventory) -> tuple[_Wrong, ...]:
    counts: dict[Ref, int] = defaultdict(int)
    found: dict[tuple[Ref, Address], _Wrong] = {}
    for holder, reference, resolution in inventory.derive(resolved_references):
        if (
            resolution.problem is None
            or counts[holder] >= _MAX_PER_HOLDER
            or is_self(inventory, holder, resolution)
        ):
            continue
        if _aliased(inventory, holder, reference.address.host):
            continue
        key = holder, reference.address
        if key not in found:
            counts[holder] += 1
            found[key] = _Wrong(holder, reference, resolution, _near(inventory, resolution))
    return tuple(found.values())


def _near(inventory: Inventory, resolution: Resolution) -> Service | None:
    if resolution.problem is Problem.ELSEWHERE:
        return resolution.service
    if resolution.problem is not Problem.NO_SERVICE:
        return None
    return inventory.derive(NearServices).find(resolution.namespace, resolution.name)


def _aliased(inventory: Inventory, holder: Ref, host: str) -> bool:
    """Whether the pod's own hosts file gives the host an address."""
    template = inventory.derive(pod_templates).get(holder)
    return template is not None and any(host in each.hostnames for each in template.spec.host_aliases)


def _service_gone(inventory: Inventory, wrong: _Wrong, workload: Ref) -> Finding:
    missing = Ref("Service", workload.namespace, workload.name)
    users = inventory.derive(callers).get(missing, (wrong.holder,))
    hurts = hurts_any(inventory, *users)
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
        (address_fact(wrong.reference),),
        (*users[:MAX_FACTS], workload),
    )


def _no_such_service(inventory: Inventory, found: list[_Wrong]) -> Finding:
    """A near miss is a slip; a name like nothing here may be an optional part that was never installed."""
    wrong, sure = found[0], found[0].is_slip
    hurts, asked = hurts_any(inventory, wrong.holder), f"{wrong.resolution.namespace}/{wrong.resolution.name}"
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
        _facts(found),
        (wrong.holder,),
    )


def _port_not_exposed(inventory: Inventory, found: list[_Wrong]) -> Iterator[Finding]:
    wrong, service = found[0], found[0].resolution.service
    if service is None:
        return
    hurts = hurts_any(inventory, wrong.holder)
    strength = 0.9 if hurts else 0.8 if wrong.reference.where == wrong.holder else 0.6
    have = ", ".join(str(each.port) for each in service.spec.ports[:8])
    yield Finding(
        "addresses/port-not-exposed",
        wrong.holder,
        Text(
            f"{_what(wrong)} of {wrong.holder} is {wrong.reference.address},"
            f" but {service.ref} exposes only {have}",
            f"{wrong.holder} 的 {_what(wrong)} 是 {wrong.reference.address}，但 {service.ref} 只开放 {have}",
        ),
        Severity.ERROR if hurts else Severity.WARNING,
        Status.ACTIVE,
        (Claim(_port_cause(service), wrong.holder, strength),),
        (*_facts(found), Fact(service.ref, ".spec.ports[*].port", have)),
        (wrong.holder, service.ref),
    )


def _port_cause(service: Service) -> str:
    return "db-port-wrong" if engine_of_service(service) in DATABASES else "service-address-port-mismatch"


def _what(wrong: _Wrong) -> str:
    return wrong.reference.variable or "an argument"


def _facts(found: Iterable[_Wrong]) -> tuple[Fact, ...]:
    return tuple(address_fact(each.reference) for each in islice(found, MAX_FACTS))


DETECTORS = (missing_service, wrong_port, implausible_service, default_port)
