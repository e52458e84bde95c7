"""Services to their pods and workloads; Ingresses, routes and Gateways to Services."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.networking import (
    Endpoints,
    EndpointSlice,
    Gateway,
    GRPCRoute,
    HTTPRoute,
    Ingress,
    IngressBackend,
    RouteReference,
    Service,
)
from midwatch.domain.resource import Ref
from midwatch.knowledge.relation import Edge, Relation
from midwatch.knowledge.templates import pod_templates

_EXTERNAL_NAME = re.compile(r"([a-z0-9-]{1,63})\.([a-z0-9-]{1,63})\.svc(\..{0,200})?")
_Labelled = tuple[Ref, Mapping[str, str]]


def network_edges(inventory: Inventory) -> Iterator[Edge]:
    """Edges of Services, endpoints, Ingresses, Gateways and their routes."""
    yield from _services(inventory)
    yield from _slices(inventory)
    for ingress in inventory.all(Ingress):
        yield from _ingress(ingress)
    for route in (*inventory.all(HTTPRoute), *inventory.all(GRPCRoute)):
        yield from _route(route)
    for gateway in inventory.all(Gateway):
        yield from _gateway(gateway)


def workloads_behind(inventory: Inventory, service: Service) -> Iterator[Ref]:
    """The workloads whose template carries all labels that a Service selects, whether they have pods or not."""
    wanted = service.spec.selector
    index = inventory.derive(_by_label)
    lists = [index.get((service.namespace, key, value), ()) for key, value in wanted.items()]
    for ref, labels in min(lists, key=len, default=()):
        if all(labels.get(key) == value for key, value in wanted.items()):
            yield ref


def _by_label(inventory: Inventory) -> Mapping[tuple[str, str, str], Sequence[_Labelled]]:
    index: defaultdict[tuple[str, str, str], list[_Labelled]] = defaultdict(list)
    for ref, template in inventory.derive(pod_templates).items():
        for key, value in template.metadata.labels.items() if ref.kind != "Pod" else ():
            index[ref.namespace, key, value].append((ref, template.metadata.labels))
    return index


def _services(inventory: Inventory) -> Iterator[Edge]:
    for service in inventory.all(Service):
        ref = service.ref
        for pod in inventory.select_labels(service.namespace, service.spec.selector):
            yield Edge(ref, pod.ref, Relation.SELECTS)
        for workload in workloads_behind(inventory, service):
            yield Edge(ref, workload, Relation.SELECTS)
        alias = _EXTERNAL_NAME.fullmatch(service.spec.external_name)
        if alias is not None:
            yield Edge(ref, Ref("Service", alias[2], alias[1]), Relation.ROUTES_TO)
        if not service.spec.selector:
            yield from _manual_endpoints(inventory, service)


def _manual_endpoints(inventory: Inventory, service: Service) -> Iterator[Edge]:
    """A Service without a selector lives by endpoints that somebody else writes."""
    endpoints = inventory.get(Endpoints, service.namespace, service.name)
    if endpoints is None:
        return
    yield Edge(service.ref, endpoints.ref, Relation.REFERENCES)
    for subset in endpoints.subsets:
        for address in (*subset.addresses, *subset.not_ready_addresses):
            target = address.target_ref
            if target is not None and target.kind == "Pod":
                pod = Ref("Pod", target.namespace or service.namespace, target.name)
                yield Edge(endpoints.ref, pod, Relation.SELECTS)


def _slices(inventory: Inventory) -> Iterator[Edge]:
    """A Service needs its slices, also those that carry only its label and no owner."""
    for each in inventory.all(EndpointSlice):
        name = each.metadata.labels.get("kubernetes.io/service-name", "")
        if name and not each.metadata.owner_references:
            yield Edge(Ref("Service", each.namespace, name), each.ref, Relation.REFERENCES)


def _ingress(ingress: Ingress) -> Iterator[Edge]:
    spec, space = ingress.spec, ingress.namespace
    backends = [path.backend for rule in spec.rules if rule.http for path in rule.http.paths]
    if spec.default_backend is not None:
        backends.append(spec.default_backend)
    yield from _backends(ingress.ref, backends)
    for tls in spec.tls:
        if tls.secret_name:
            yield Edge(ingress.ref, Ref("Secret", space, tls.secret_name), Relation.REFERENCES)
    if spec.ingress_class_name:
        yield Edge(ingress.ref, Ref("IngressClass", "", spec.ingress_class_name), Relation.REFERENCES)


def _backends(source: Ref, backends: Iterable[IngressBackend]) -> Iterator[Edge]:
    for backend in backends:
        if backend.service is not None and backend.service.name:
            yield Edge(source, Ref("Service", source.namespace, backend.service.name), Relation.ROUTES_TO)
        other = backend.resource
        if other is not None and other.kind and other.name:
            yield Edge(source, Ref(other.kind, source.namespace, other.name), Relation.REFERENCES)


def _route(route: HTTPRoute | GRPCRoute) -> Iterator[Edge]:
    for rule in route.spec.rules:
        for backend in rule.backend_refs:
            yield from _routed(route.ref, backend, "Service", Relation.ROUTES_TO)
    for parent in route.spec.parent_refs:
        yield from _routed(route.ref, parent, "Gateway", Relation.REFERENCES)


def _gateway(gateway: Gateway) -> Iterator[Edge]:
    if gateway.spec.gateway_class_name:
        yield Edge(gateway.ref, Ref("GatewayClass", "", gateway.spec.gateway_class_name), Relation.REFERENCES)
    for listener in gateway.spec.listeners:
        for certificate in listener.tls.certificate_refs if listener.tls else ():
            yield from _routed(gateway.ref, certificate, "Secret", Relation.REFERENCES)


def _routed(source: Ref, to: RouteReference, kind: str, relation: Relation) -> Iterator[Edge]:
    if to.name:
        yield Edge(source, Ref(to.kind or kind, to.namespace or source.namespace, to.name), relation)
