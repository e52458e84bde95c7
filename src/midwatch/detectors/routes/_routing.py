"""What routes of all kinds share: whether a backend exists, and which Service a path or name speaks of."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from midwatch.detectors._backing import backings
from midwatch.detectors.common import fact
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.meta import KubeObject
from midwatch.domain.kube.networking import Service
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.knowledge.names import squash, subject_of

_COMMON_SHARE = 0.6
_MIN_SUBJECT = 3
_MIN_SERVICES = 4
_UNUSED = 0.4
_PASSED = ("api", "v1", "v2", "v3", "rest", "public", "service", "services")


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a route: traffic for `hints` (path segments, names) goes to a Service port."""

    hints: tuple[str, ...]
    service: str
    namespace: str
    port: int | str | None
    path: str


def segments(path: str) -> tuple[str, ...]:
    """The telling parts of a URL path."""
    parts = [each.strip("*()$^.?[]{}|\\ ") for each in path[:256].split("/")]
    return tuple(each for each in parts if each and each.lower() not in _PASSED)


def has_port(service: Service, port: int | str | None) -> bool:
    """Whether a Service has a port of this name or number; unknown ports count as present."""
    if port in (None, "", 0) or not service.spec.ports:
        return True
    return any(port in (each.port, each.name) for each in service.spec.ports)


def behind(inventory: Inventory, service: Ref) -> Ref:
    """The workload behind a Service, or the Service itself where there is none."""
    backing = inventory.derive(backings).get(service)
    return inventory.workload(backing.pods[0]) if backing is not None and backing.pods else service


def misroutes(
    inventory: Inventory, route: KubeObject, hops: Iterable[Hop], rule: str, *, used: bool = True
) -> list[Finding]:
    """Steps whose path speaks of one Service while the traffic goes to another one, or to none.

    `used`: whether something is known to read the route; what nobody reads misleads nobody yet.
    """
    listed = list(hops)
    judged = [(each, _meant(inventory, each)) for each in listed]
    consistent = sum(1 for each, _ in judged if _names(inventory, each))
    served = {(each.namespace, each.service) for each, meant in judged if meant is None}
    return [
        _misroute(inventory, route, each, meant, rule, (0.78 if consistent else 0.65) if used else _UNUSED)
        for each, meant in judged
        if meant is not None and (meant.namespace, meant.name) not in served
    ]


def _names(inventory: Inventory, hop: Hop) -> bool:
    told = _subject(inventory, hop.namespace, hop.service)
    return bool(told) and any(
        told in _about(each) or (_about(each) and _about(each) in told) for each in hop.hints
    )


def _meant(inventory: Inventory, hop: Hop) -> Service | None:
    """The existing Service that the hints speak of, when the addressed one is not spoken of at all."""
    if _names(inventory, hop):
        return None
    index = inventory.derive(_by_subject).get(hop.namespace, {})
    for hint in hop.hints:
        subject = _about(hint)
        found = index.get(subject) if len(subject) >= _MIN_SUBJECT else None
        if found is not None and found.name != hop.service:
            return found
    return None


def _subject(inventory: Inventory, namespace: str, name: str) -> str:
    prefix = inventory.derive(_prefixes).get(namespace, "")
    return _about(name.removeprefix(prefix))


def _about(name: str) -> str:
    """What a name speaks of; one made of general words only (`config-service`) speaks of these."""
    return subject_of(name) or squash(name).removesuffix("service").removesuffix("svc")


def _by_subject(inventory: Inventory) -> Mapping[str, Mapping[str, Service]]:
    index: dict[str, dict[str, Service]] = defaultdict(dict)
    for each in inventory.all(Service):
        index[each.namespace][_subject(inventory, each.namespace, each.name)] = each
    return index


def _prefixes(inventory: Inventory) -> Mapping[str, str]:
    """The first word that most Services of a namespace share, such as the product's name."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for each in inventory.all(Service):
        counts[each.namespace][each.name.partition("-")[0] + "-"] += 1
    shared: dict[str, str] = {}
    for namespace, words in counts.items():
        word, count = words.most_common(1)[0]
        if count >= _MIN_SERVICES and count >= _COMMON_SHARE * words.total():
            shared[namespace] = word
    return shared


def _misroute(
    inventory: Inventory, route: KubeObject, hop: Hop, meant: Service, rule: str, strength: float
) -> Finding:
    return Finding(
        rule,
        route.ref,
        Text(
            f"{route.ref} sends {hop.hints[0]!r} to Service {hop.service}, although {meant.ref} exists",
            f"{route.ref} 把 {hop.hints[0]!r} 送到 Service {hop.service}，而 {meant.ref} 是存在的",
        ),
        Severity.WARNING,
        Status.ACTIVE if strength > _UNUSED else Status.LATENT,
        (Claim("gateway-misroute", behind(inventory, meant.ref), strength),),
        (fact(route, hop.path, hop.service), Fact(meant.ref, ".metadata.name", meant.name)),
        (meant.ref, behind(inventory, meant.ref)),
    )
