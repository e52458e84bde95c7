"""The Gateway API: classes, Gateways, and whether routes are accepted and reach existing backends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from midwatch.detectors.common import condition, fact
from midwatch.detectors.routes._routing import Hop, has_port, misroutes, segments
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.meta import Condition
from midwatch.domain.kube.networking import (
    Gateway,
    GatewayClass,
    GRPCRoute,
    HTTPRoute,
    ReferenceGrant,
    RouteReference,
    RouteRule,
    Service,
)
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.knowledge.names import closest

Route = HTTPRoute | GRPCRoute
_BAD = ("Accepted", "Programmed", "ResolvedRefs")
_REASONS = {
    "BackendNotFound": "route-backend-missing",
    "RefNotPermitted": "reference-grant-missing",
    "InvalidKind": "route-backend-missing",
    "UnsupportedProtocol": "service-protocol-mismatch",
}


def gateways(inventory: Inventory) -> Iterator[Finding]:
    """Source: gateway-api.sigs.k8s.io/reference/spec/#gatewayconditiontype."""
    for each in inventory.all(Gateway):
        name = each.spec.gateway_class_name
        if name and inventory.knows(GatewayClass) and inventory.get(GatewayClass, "", name) is None:
            yield _no_class(inventory, each, name)
            continue
        yield from _not_programmed(each)


def _no_class(inventory: Inventory, gateway: Gateway, name: str) -> Finding:
    near = closest(name, (each.name for each in inventory.all(GatewayClass)))
    return Finding(
        "routes/gateway-class",
        gateway.ref,
        Text(
            f"{gateway.ref} has the class {name}, which does not exist" + (f" (meant: {near})" if near else ""),
            f"{gateway.ref} 的类 {name} 不存在" + (f"（可能是 {near}）" if near else ""),
        ),
        Severity.ERROR,
        Status.ACTIVE,
        (Claim("gateway-class-missing", gateway.ref, 0.95),),
        (fact(gateway, ".spec.gatewayClassName", name),),
    )


def _not_programmed(gateway: Gateway) -> Iterator[Finding]:
    listeners = [(each.name, found) for each in gateway.status.listeners for found in _false(each.conditions)]
    failing = [("", each) for each in _false(gateway.status.conditions)] + listeners
    if not failing:
        return
    listener, worst = failing[0]
    where = f" listener {listener}" if listener else ""
    yield Finding(
        "routes/gateway-not-programmed",
        gateway.ref,
        Text(
            f"{gateway.ref}{where} is not {worst.type} ({worst.reason}): {worst.message[:200]}",
            f"{gateway.ref}{where} 的 {worst.type} 不成立（{worst.reason}）：{worst.message[:200]}",
        ),
        Severity.WARNING if listener else Severity.ERROR,
        Status.ACTIVE,
        (Claim("gateway-not-programmed", gateway.ref, 0.8 if listener else 0.93),),
        tuple(_condition_fact(gateway.ref, each) for _, each in failing[:3]),
        since=worst.last_transition_time,
    )


def _false(conditions: Iterable[Condition]) -> list[Condition]:
    return [each for each in conditions if each.type in _BAD and each.status == "False"]


def _condition_fact(subject: Ref, found: Condition) -> Fact:
    value = f"{found.status} ({found.reason}): {found.message[:300]}"
    return Fact(subject, f".status.conditions[{found.type}]", value, found.last_transition_time)


def attachments(inventory: Inventory) -> Iterator[Finding]:
    """Source: gateway-api.sigs.k8s.io/reference/spec/#routeconditiontype and #routeconditionreason."""
    for route in _routes(inventory):
        for parent in route.status.parents:
            for kind in ("Accepted", "ResolvedRefs"):
                found = condition(parent.conditions, kind)
                if found is not None and found.status == "False":
                    yield _refused(route, found)


def _refused(route: Route, found: Condition) -> Finding:
    cause = _REASONS.get(found.reason, "route-not-accepted")
    return Finding(
        "routes/route-refused" if found.type == "Accepted" else "routes/route-references",
        route.ref,
        Text(
            f"{route.ref} is not {found.type} ({found.reason}): {found.message[:200]}",
            f"{route.ref} 的 {found.type} 不成立（{found.reason}）：{found.message[:200]}",
        ),
        Severity.ERROR,
        Status.ACTIVE,
        (Claim(cause, route.ref, 0.95),),
        (_condition_fact(route.ref, found),),
        since=found.last_transition_time,
    )


def backends(inventory: Inventory) -> Iterator[Finding]:
    """Backends and parents recomputed from specs, for controllers that write no status. Source: as above."""
    for route in _routes(inventory):
        for hop in _hops(route):
            yield from _backend(inventory, route, hop)
        for parent in route.spec.parent_refs:
            yield from _parent(inventory, route, parent)


def _backend(inventory: Inventory, route: Route, hop: Hop) -> Iterator[Finding]:
    service = inventory.get(Service, hop.namespace, hop.service)
    missing = Ref("Service", hop.namespace, hop.service)
    if service is None and inventory.knows(Service, hop.namespace):
        wrong, wrong_zh, cause = "does not exist", "不存在", "route-backend-missing"
    elif service is not None and not has_port(service, hop.port):
        wrong, wrong_zh, cause = f"has no port {hop.port}", f"没有端口 {hop.port}", "route-backend-missing"
    elif hop.namespace != route.namespace and _ungranted(inventory, route, hop):
        wrong, wrong_zh, cause = "is not granted to it", "没有授权给它", "reference-grant-missing"
    else:
        return
    yield Finding(
        "routes/route-backend",
        route.ref,
        Text(f"{route.ref} sends to {missing}, which {wrong}", f"{route.ref} 的后端 {missing} {wrong_zh}"),
        Severity.ERROR,
        Status.ACTIVE,
        (Claim(cause, route.ref, 0.9),),
        (fact(route, hop.path, f"{hop.service}:{hop.port}"),),
        (missing,),
    )


def _ungranted(inventory: Inventory, route: Route, hop: Hop) -> bool:
    """Whether no ReferenceGrant of the backend's namespace admits this route."""
    if not inventory.knows(ReferenceGrant, hop.namespace):
        return False
    return not any(
        any(_from(each, route) for each in grant.spec.from_)
        and any(each.kind == "Service" and each.name in ("", hop.service) for each in grant.spec.to)
        for grant in inventory.all(ReferenceGrant)
        if grant.namespace == hop.namespace
    )


def _from(granted: RouteReference, route: Route) -> bool:
    return granted.kind == route.ref.kind and granted.namespace == route.namespace


def _parent(inventory: Inventory, route: Route, parent: RouteReference) -> Iterator[Finding]:
    namespace = parent.namespace or route.namespace
    if parent.kind not in (None, "Gateway") or not parent.name or not inventory.knows(Gateway, namespace):
        return
    gateway = inventory.get(Gateway, namespace, parent.name)
    listeners = {each.name for each in gateway.spec.listeners} if gateway is not None else set[str]()
    if gateway is not None and parent.section_name in (None, "", *listeners):
        return
    asked = f"{namespace}/{parent.name}" + (f" section {parent.section_name}" if gateway else "")
    yield Finding(
        "routes/route-parent",
        route.ref,
        Text(
            f"{route.ref} attaches to Gateway {asked}, which does not exist",
            f"{route.ref} 所属的 Gateway {asked} 不存在",
        ),
        Severity.ERROR,
        Status.ACTIVE,
        (Claim("route-not-accepted", route.ref, 0.9),),
        (fact(route, ".spec.parentRefs[*].name", asked),),
        (Ref("Gateway", namespace, parent.name),),
    )


def misrouted_rules(inventory: Inventory) -> Iterator[Finding]:
    """Rules whose path, or a route whose name, speaks of another Service than they reach."""
    for route in _routes(inventory):
        existing = (each for each in _hops(route) if inventory.get(Service, each.namespace, each.service))
        yield from misroutes(inventory, route, existing, "routes/route-misroute")


def _routes(inventory: Inventory) -> Iterator[Route]:
    yield from inventory.all(HTTPRoute)
    yield from inventory.all(GRPCRoute)


def _hops(route: Route) -> Iterator[Hop]:
    for at, rule in enumerate(route.spec.rules):
        hints = _hints(rule) or ((route.name,) if len(route.spec.rules) == 1 else ())
        for each in rule.backend_refs:
            if each.kind in (None, "", "Service") and each.name:
                yield Hop(
                    hints,
                    each.name,
                    each.namespace or route.namespace,
                    each.port,
                    f".spec.rules[{at}].backendRefs",
                )


def _hints(rule: RouteRule) -> tuple[str, ...]:
    return tuple(part for each in rule.matches if each.path is not None for part in segments(each.path.value))
