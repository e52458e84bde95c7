"""Ingresses: backends, ports, classes, certificates, conflicting rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from midwatch.detectors._near import NearServices
from midwatch.detectors.common import event_fact, fact
from midwatch.detectors.routes._routing import Hop, has_port, misroutes, segments
from midwatch.domain.finding import Claim, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Secret
from midwatch.domain.kube.networking import Ingress, IngressBackend, IngressClass, Service
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.knowledge.names import closest
from midwatch.knowledge.templates import pod_templates

_SLOW = timedelta(minutes=10)
_DEFAULT = "ingressclass.kubernetes.io/is-default-class"
_OLD_CLASS = "kubernetes.io/ingress.class"
_TLS = ("kubernetes.io/tls", "")


def _hops(ingress: Ingress) -> Iterator[Hop]:
    if ingress.spec.default_backend is not None:
        yield from _hop(ingress, ingress.spec.default_backend, (), ".spec.defaultBackend")
    for at, rule in enumerate(ingress.spec.rules):
        for each in rule.http.paths if rule.http is not None else ():
            hints = segments(each.path) or tuple(rule.host.split(".")[:1])
            yield from _hop(ingress, each.backend, hints, f".spec.rules[{at}].http.paths[{each.path}].backend")


def _hop(ingress: Ingress, backend: IngressBackend, hints: tuple[str, ...], path: str) -> Iterator[Hop]:
    service = backend.service
    if service is not None and service.name:
        yield Hop(hints, service.name, ingress.namespace, service.port.name or service.port.number, path)


def backends(inventory: Inventory) -> Iterator[Finding]:
    """Source: kubernetes.io/docs/concepts/services-networking/ingress/#the-ingress-resource."""
    for ingress in inventory.all(Ingress):
        if not inventory.knows(Service, ingress.namespace):
            continue
        seen: set[tuple[str, int | str | None]] = set()
        for hop in _hops(ingress):
            if (hop.service, hop.port) not in seen:
                seen.add((hop.service, hop.port))
                yield from _backend(inventory, ingress, hop)


def _backend(inventory: Inventory, ingress: Ingress, hop: Hop) -> Iterator[Finding]:
    service = inventory.get(Service, hop.namespace, hop.service)
    if service is None:
        yield _backend_missing(inventory, ingress, hop)
    elif not has_port(service, hop.port):
        yield _port_missing(ingress, hop, service)


def _backend_missing(inventory: Inventory, ingress: Ingress, hop: Hop) -> Finding:
    missing = Ref("Service", hop.namespace, hop.service)
    gone = any(
        Ref(kind, *missing[1:]) in inventory.derive(pod_templates) for kind in ("Deployment", "StatefulSet")
    )
    near = inventory.derive(NearServices).find(hop.namespace, hop.service)
    claims = (
        Claim("service-missing", missing, 0.85 if gone else 0.3),
        Claim("ingress-backend-missing", ingress.ref, 0.4 if gone else 0.9),
    )
    return Finding(
        "routes/ingress-backend-missing",
        ingress.ref,
        Text(
            f"{ingress.ref} sends to {missing}, which does not exist" + (f" (meant: {near.name})" if near else ""),
            f"{ingress.ref} 的后端 {missing} 不存在" + (f"（可能是 {near.name}）" if near else ""),
        ),
        Severity.ERROR,
        Status.ACTIVE,
        claims,
        (fact(ingress, hop.path, hop.service),),
        (missing, *((near.ref,) if near else ())),
    )


def _port_missing(ingress: Ingress, hop: Hop, service: Service) -> Finding:
    have = ", ".join(
        f"{each.name}:{each.port}" if each.name else str(each.port) for each in service.spec.ports[:8]
    )
    return Finding(
        "routes/ingress-backend-port",
        ingress.ref,
        Text(
            f"{ingress.ref} sends to port {hop.port} of {service.ref}, which has only {have}",
            f"{ingress.ref} 送往 {service.ref} 的端口 {hop.port}，但它只有 {have}",
        ),
        Severity.ERROR,
        Status.ACTIVE,
        (Claim("ingress-backend-port-mismatch", ingress.ref, 0.93),),
        (fact(ingress, f"{hop.path}.service.port", hop.port), fact(service, ".spec.ports[*].port", have)),
        (service.ref,),
    )


def misrouted_paths(inventory: Inventory) -> Iterator[Finding]:
    """Paths that name another Service than they reach."""
    for ingress in inventory.all(Ingress):
        existing = (each for each in _hops(ingress) if inventory.get(Service, each.namespace, each.service))
        yield from misroutes(inventory, ingress, existing, "routes/ingress-misroute")


def classes(inventory: Inventory) -> Iterator[Finding]:
    """Source: kubernetes.io/docs/concepts/services-networking/ingress/#ingress-class, #default-ingress-class."""
    if not inventory.knows(IngressClass):
        return
    known = {each.name: each for each in inventory.all(IngressClass)}
    default = any(each.metadata.annotations.get(_DEFAULT) == "true" for each in known.values())
    for ingress in inventory.all(Ingress):
        name = ingress.spec.ingress_class_name
        if ingress.metadata.annotations.get(_OLD_CLASS):
            continue
        if ingress.status.load_balancer.ingress:
            if name and name not in known and _left(inventory, ingress):
                yield _classless(ingress, name, closest(name, known), 0.75)
        elif name and name not in known:
            yield _classless(ingress, name, closest(name, known), 0.93)
        elif not name and not default and known:
            yield _classless(ingress, "", next(iter(known)), 0.75)


def _left(inventory: Inventory, ingress: Ingress) -> bool:
    """Whether its address is a remnant: it was edited since, and no other of that class is served as it was made.

    A controller that loses an Ingress to another class leaves its status as it is.
    """
    name = ingress.spec.ingress_class_name
    served = (each for each in inventory.all(Ingress) if each.spec.ingress_class_name == name)
    untouched = any(each.metadata.generation == 1 and each.status.load_balancer.ingress for each in served)
    return ingress.metadata.generation > 1 and not untouched


def _classless(ingress: Ingress, name: str, near: str | None, strength: float) -> Finding:
    asked = f"the class {name}, which does not exist" if name else "no class, and no class is the default"
    asked_zh = f"的类 {name} 不存在" if name else "没有指定类，也没有默认类"
    return Finding(
        "routes/ingress-class",
        ingress.ref,
        Text(
            f"{ingress.ref} has {asked}: no controller serves it" + (f" (there is {near})" if near else ""),
            f"{ingress.ref} {asked_zh}：没有控制器处理它" + (f"（现有 {near}）" if near else ""),
        ),
        Severity.ERROR if strength > 0.8 else Severity.WARNING,
        Status.ACTIVE,
        (Claim("ingress-class-missing", ingress.ref, strength),),
        (fact(ingress, ".spec.ingressClassName", name or "(none)"),),
    )


def certificates(inventory: Inventory) -> Iterator[Finding]:
    """Source: kubernetes.io/docs/concepts/services-networking/ingress/#tls (a Secret with tls.crt and tls.key)."""
    for ingress in inventory.all(Ingress):
        for each in ingress.spec.tls:
            if each.secret_name and inventory.knows(Secret, ingress.namespace):
                yield from _certificate(inventory, ingress, each.secret_name)


def _certificate(inventory: Inventory, ingress: Ingress, name: str) -> Iterator[Finding]:
    secret = inventory.get(Secret, ingress.namespace, name)
    if secret is not None and (secret.type in _TLS or {"tls.crt", "tls.key"} <= set(secret.keys or ())):
        return
    wrong = f"is of type {secret.type}" if secret else "does not exist"
    wrong_zh = f"类型是 {secret.type}" if secret else "不存在"
    yield Finding(
        "routes/ingress-tls-secret",
        ingress.ref,
        Text(
            f"{ingress.ref} takes its certificate from Secret {name}, which {wrong}",
            f"{ingress.ref} 的证书 Secret {name} {wrong_zh}",
        ),
        Severity.WARNING,
        Status.ACTIVE,
        (Claim("ingress-tls-secret-missing", ingress.ref, 0.6 if secret else 0.85),),
        (fact(ingress, ".spec.tls[*].secretName", name),),
        (Ref("Secret", ingress.namespace, name),),
    )


def unserved(inventory: Inventory) -> Iterator[Finding]:
    """An Ingress without an address while others have one: its controller rejects it or does not run."""
    ingresses = inventory.all(Ingress)
    served = {each.spec.ingress_class_name for each in ingresses if each.status.load_balancer.ingress}
    for each in ingresses:
        created = each.metadata.creation_timestamp
        rejected = [event for event in inventory.events(each.ref) if event.reason in ("Rejected", "BuildError")]
        old = created is not None and inventory.now - created > _SLOW
        if each.status.load_balancer.ingress or not (rejected or (old and each.spec.ingress_class_name in served)):
            continue
        yield Finding(
            "routes/ingress-without-address",
            each.ref,
            Text(f"{each.ref} has no address: no controller serves it", f"{each.ref} 没有地址：没有控制器处理它"),
            Severity.WARNING,
            Status.ACTIVE,
            (Claim("ingress-class-missing", each.ref, 0.4), Claim("route-not-accepted", each.ref, 0.5)),
            (event_fact(rejected[-1]),) if rejected else (fact(each, ".status.loadBalancer.ingress", "(none)"),),
            since=created,
        )


def duplicates(inventory: Inventory) -> Iterator[Finding]:
    """Two Ingresses of one class that claim the same host and path for different Services."""
    claimed: dict[tuple[str, str, str], list[tuple[Ingress, str]]] = defaultdict(list)
    for ingress in inventory.all(Ingress):
        for rule in ingress.spec.rules:
            for each in rule.http.paths if rule.http is not None and rule.host else ():
                target = each.backend.service.name if each.backend.service is not None else ""
                key = ingress.spec.ingress_class_name or "", rule.host, each.path or "/"
                claimed[key].append((ingress, f"{ingress.namespace}/{target}"))
    for (_, host, path), claims in claimed.items():
        if len({target for _, target in claims}) > 1 and not _canary(claims):
            yield _duplicate(host, path, [ingress for ingress, _ in claims])


def _canary(claims: list[tuple[Ingress, str]]) -> bool:
    return any("canary" in key for ingress, _ in claims for key in ingress.metadata.annotations)


def _duplicate(host: str, path: str, ingresses: list[Ingress]) -> Finding:
    first, other = ingresses[0], ingresses[-1]
    return Finding(
        "routes/ingress-duplicate",
        other.ref,
        Text(
            f"{first.ref} and {other.ref} both claim {host}{path} for different Services",
            f"{first.ref} 和 {other.ref} 都声明了 {host}{path}，却指向不同的 Service",
        ),
        Severity.WARNING,
        Status.LATENT,
        (Claim("gateway-misroute", other.ref, 0.4),),
        (fact(first, ".spec.rules[*].host", host), fact(other, ".spec.rules[*].host", host)),
        (first.ref,),
    )
