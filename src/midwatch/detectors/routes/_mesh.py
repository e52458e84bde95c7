"""Istio's VirtualServices and DestinationRules: hosts that do not exist, subsets that select no pod."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from midwatch.detectors.common import fact
from midwatch.domain.finding import Claim, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.meta import CustomResource
from midwatch.domain.kube.networking import Service
from midwatch.domain.kube.pods import Pod
from midwatch.domain.text import Text
from midwatch.knowledge.addresses import Address, Resolution, resolve

_PROTOCOLS = ("http", "tls", "tcp")
_MAX_ITEMS = 500


def hosts(inventory: Inventory) -> Iterator[Finding]:
    """Source: istio.io/latest/docs/reference/config/networking/virtual-service/#Destination (host)."""
    for each in inventory.custom:
        if each.kind == "VirtualService":
            named = {text(found, "host"): None for found in _destinations(each)}
        elif each.kind == "DestinationRule":
            named = {text(each.spec, "host"): None}
        else:
            continue
        for host in named:
            found = _resolve(inventory, each, host)
            if found.problem is not None:
                yield _broken(
                    each, f"sends to {host}, which is no existing Service", f"指向 {host}，没有这个 Service", host
                )


def subsets(inventory: Inventory) -> Iterator[Finding]:
    """Source: istio.io/latest/docs/reference/config/networking/destination-rule/#Subset (labels of pods)."""
    defined: dict[tuple[str, str], dict[str, Mapping[str, str]]] = {}
    for each in inventory.custom:
        service = _resolve(inventory, each, text(each.spec, "host")).service
        if each.kind == "DestinationRule" and service is not None:
            named = defined.setdefault((service.namespace, service.name), {})
            named.update({text(item, "name"): _labels(item) for item in items(each.spec, "subsets")})
    for each in inventory.custom:
        if each.kind == "VirtualService":
            yield from _subsets_of(inventory, each, defined)


def _subsets_of(
    inventory: Inventory, route: CustomResource, defined: Mapping[tuple[str, str], Mapping[str, Mapping[str, str]]]
) -> Iterator[Finding]:
    for destination in _destinations(route):
        name, host = text(destination, "subset"), text(destination, "host")
        service = _resolve(inventory, route, host).service if name else None
        if service is None:
            continue
        labels = defined.get((service.namespace, service.name), {}).get(name)
        if labels is None:
            if "DestinationRule" in inventory.states:
                yield _broken(
                    route,
                    f"uses subset {name} of {host}, which is not defined",
                    f"使用了未定义的子集 {host}/{name}",
                    name,
                )
        elif _empty(inventory, service, labels):
            yield _broken(
                route,
                f"uses subset {name} of {host}, which matches no pod",
                f"的子集 {host}/{name} 没有匹配的 Pod",
                name,
            )


def _empty(inventory: Inventory, service: Service, labels: Mapping[str, str]) -> bool:
    wanted = {**service.spec.selector, **labels}
    known = inventory.knows(Pod, service.namespace) and bool(service.spec.selector)
    return known and not inventory.select_labels(service.namespace, wanted)


def _resolve(inventory: Inventory, found: CustomResource, host: str) -> Resolution:
    if not host or "*" in host:
        return Resolution()
    return resolve(inventory, found.namespace, Address(host.lower()))


def _broken(found: CustomResource, wrong: str, wrong_zh: str, value: str) -> Finding:
    return Finding(
        "routes/mesh",
        found.ref,
        Text(f"{found.ref} {wrong}", f"{found.ref} {wrong_zh}"),
        Severity.WARNING,
        Status.ACTIVE,
        (Claim("mesh-misroute", found.ref, 0.8),),
        (fact(found, ".spec", value),),
    )


def _destinations(route: CustomResource) -> Iterator[Mapping[str, object]]:
    for protocol in _PROTOCOLS:
        for rule in items(route.spec, protocol):
            for target in items(rule, "route"):
                found = target.get("destination")
                if isinstance(found, dict):
                    yield cast("Mapping[str, object]", found)


def _labels(subset: Mapping[str, object]) -> Mapping[str, str]:
    found = subset.get("labels")
    pairs: Mapping[object, object] = cast("Mapping[object, object]", found) if isinstance(found, dict) else {}
    return {str(key): str(value) for key, value in pairs.items()}


def items(found: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    """The objects in a list of decoded JSON."""
    listed = found.get(key)
    wanted = cast("list[object]", listed)[:_MAX_ITEMS] if isinstance(listed, list) else []
    return [cast("Mapping[str, object]", each) for each in wanted if isinstance(each, dict)]


def text(found: Mapping[str, object], key: str) -> str:
    """A string of decoded JSON, empty when it is none."""
    value = found.get(key)
    return value if isinstance(value, str) else ""
