"""Services, routes and policies (k8s.io/api/core/v1, discovery/v1, networking/v1; gateway.networking.k8s.io)."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from midwatch.domain.kube.meta import Condition, KubeObject, LabelSelector, ObjectReference, Part


class ServicePort(Part, frozen=True):
    """One port; `target_port` is a number or the name of a container port, 0 means the same as `port`."""

    name: str = ""
    protocol: str = "TCP"
    port: int = 0
    target_port: int | str = 0
    node_port: int = 0
    app_protocol: str | None = None


class ServiceSpec(Part, frozen=True):
    """Wanted state."""

    type: str = ""
    selector: dict[str, str] = {}
    ports: tuple[ServicePort, ...] = ()
    cluster_ip: str = msgspec.field(default="", name="clusterIP")
    external_name: str = ""
    external_ips: tuple[str, ...] = msgspec.field(default=(), name="externalIPs")
    publish_not_ready_addresses: bool = False
    session_affinity: str = ""
    external_traffic_policy: str = ""
    internal_traffic_policy: str | None = None
    load_balancer_class: str | None = None


class LoadBalancerIngress(Part, frozen=True):
    """An address of a load balancer."""

    ip: str = ""
    hostname: str = ""


class LoadBalancerStatus(Part, frozen=True):
    """Addresses of a load balancer."""

    ingress: tuple[LoadBalancerIngress, ...] = ()


class ServiceStatus(Part, frozen=True):
    """Observed state."""

    load_balancer: LoadBalancerStatus = LoadBalancerStatus()
    conditions: tuple[Condition, ...] = ()


class Service(KubeObject, frozen=True):
    """A Service."""

    KIND: ClassVar[str] = "Service"
    spec: ServiceSpec = ServiceSpec()
    status: ServiceStatus = ServiceStatus()


class EndpointAddress(Part, frozen=True):
    """An address behind a Service."""

    ip: str = ""
    hostname: str = ""
    node_name: str | None = None
    target_ref: ObjectReference | None = None


class EndpointPort(Part, frozen=True):
    """A port behind a Service."""

    name: str | None = None
    port: int | None = None
    protocol: str | None = None


class EndpointSubset(Part, frozen=True):
    """Addresses that share ports."""

    addresses: tuple[EndpointAddress, ...] = ()
    not_ready_addresses: tuple[EndpointAddress, ...] = ()
    ports: tuple[EndpointPort, ...] = ()


class Endpoints(KubeObject, frozen=True):
    """Addresses behind a Service of the same name (older API)."""

    KIND: ClassVar[str] = "Endpoints"
    subsets: tuple[EndpointSubset, ...] = ()


class EndpointConditions(Part, frozen=True):
    """Whether an endpoint serves; None means true."""

    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None


class Endpoint(Part, frozen=True):
    """An endpoint of a slice."""

    addresses: tuple[str, ...] = ()
    conditions: EndpointConditions = EndpointConditions()
    node_name: str | None = None
    target_ref: ObjectReference | None = None


class EndpointSlice(KubeObject, frozen=True):
    """Addresses behind the Service named by the label `kubernetes.io/service-name`."""

    KIND: ClassVar[str] = "EndpointSlice"
    address_type: str = ""
    endpoints: tuple[Endpoint, ...] = ()
    ports: tuple[EndpointPort, ...] = ()


class BackendPort(Part, frozen=True):
    """A Service port by name or number."""

    name: str = ""
    number: int = 0


class IngressServiceBackend(Part, frozen=True):
    """A Service behind a route."""

    name: str = ""
    port: BackendPort = BackendPort()


class IngressBackend(Part, frozen=True):
    """Where traffic goes."""

    service: IngressServiceBackend | None = None
    resource: ObjectReference | None = None


class IngressPath(Part, frozen=True):
    """A path of a rule."""

    path: str = ""
    path_type: str = ""
    backend: IngressBackend = IngressBackend()


class IngressHTTP(Part, frozen=True):
    """Paths of a rule."""

    paths: tuple[IngressPath, ...] = ()


class IngressRule(Part, frozen=True):
    """Rules of a host."""

    host: str = ""
    http: IngressHTTP | None = None


class IngressTLS(Part, frozen=True):
    """Certificate of hosts."""

    hosts: tuple[str, ...] = ()
    secret_name: str = ""


class IngressSpec(Part, frozen=True):
    """Wanted state."""

    ingress_class_name: str | None = None
    default_backend: IngressBackend | None = None
    rules: tuple[IngressRule, ...] = ()
    tls: tuple[IngressTLS, ...] = ()


class IngressStatus(Part, frozen=True):
    """Observed state."""

    load_balancer: LoadBalancerStatus = LoadBalancerStatus()


class Ingress(KubeObject, frozen=True):
    """An Ingress."""

    KIND: ClassVar[str] = "Ingress"
    spec: IngressSpec = IngressSpec()
    status: IngressStatus = IngressStatus()


class IngressClassSpec(Part, frozen=True):
    """Which controller."""

    controller: str = ""


class IngressClass(KubeObject, frozen=True):
    """A class of Ingresses."""

    KIND: ClassVar[str] = "IngressClass"
    spec: IngressClassSpec = IngressClassSpec()


class IPBlock(Part, frozen=True):
    """An address range."""

    cidr: str = ""
    except_: tuple[str, ...] = msgspec.field(default=(), name="except")


class PolicyPeer(Part, frozen=True):
    """Who may talk."""

    pod_selector: LabelSelector | None = None
    namespace_selector: LabelSelector | None = None
    ip_block: IPBlock | None = None


class PolicyPort(Part, frozen=True):
    """On which port."""

    protocol: str = "TCP"
    port: int | str | None = None
    end_port: int | None = None


class IngressPolicyRule(Part, frozen=True):
    """Allowed inbound traffic; no peers means everybody, no ports means all."""

    from_: tuple[PolicyPeer, ...] = msgspec.field(default=(), name="from")
    ports: tuple[PolicyPort, ...] = ()


class EgressPolicyRule(Part, frozen=True):
    """Allowed outbound traffic."""

    to: tuple[PolicyPeer, ...] = ()
    ports: tuple[PolicyPort, ...] = ()


class NetworkPolicySpec(Part, frozen=True):
    """Wanted state."""

    pod_selector: LabelSelector = LabelSelector()
    policy_types: tuple[str, ...] = ()
    ingress: tuple[IngressPolicyRule, ...] = ()
    egress: tuple[EgressPolicyRule, ...] = ()


class NetworkPolicy(KubeObject, frozen=True):
    """A NetworkPolicy."""

    KIND: ClassVar[str] = "NetworkPolicy"
    spec: NetworkPolicySpec = NetworkPolicySpec()


class RouteReference(Part, frozen=True):
    """A Gateway API reference to a parent, backend or certificate."""

    group: str | None = None
    kind: str | None = None
    namespace: str | None = None
    name: str = ""
    port: int | None = None
    section_name: str | None = None
    weight: int | None = None


class ListenerTLS(Part, frozen=True):
    """TLS of a listener."""

    mode: str = ""
    certificate_refs: tuple[RouteReference, ...] = ()


class Listener(Part, frozen=True):
    """A listener of a Gateway."""

    name: str = ""
    hostname: str | None = None
    port: int = 0
    protocol: str = ""
    tls: ListenerTLS | None = None


class GatewaySpec(Part, frozen=True):
    """Wanted state."""

    gateway_class_name: str = ""
    listeners: tuple[Listener, ...] = ()


class ListenerStatus(Part, frozen=True):
    """State of a listener."""

    name: str = ""
    attached_routes: int = 0
    conditions: tuple[Condition, ...] = ()


class GatewayStatus(Part, frozen=True):
    """Observed state."""

    conditions: tuple[Condition, ...] = ()
    listeners: tuple[ListenerStatus, ...] = ()


class Gateway(KubeObject, frozen=True):
    """A Gateway."""

    KIND: ClassVar[str] = "Gateway"
    spec: GatewaySpec = GatewaySpec()
    status: GatewayStatus = GatewayStatus()


class GatewayClassSpec(Part, frozen=True):
    """Which controller."""

    controller_name: str = ""


class GatewayClassStatus(Part, frozen=True):
    """Observed state."""

    conditions: tuple[Condition, ...] = ()


class GatewayClass(KubeObject, frozen=True):
    """A class of Gateways."""

    KIND: ClassVar[str] = "GatewayClass"
    spec: GatewayClassSpec = GatewayClassSpec()
    status: GatewayClassStatus = GatewayClassStatus()


class PathMatch(Part, frozen=True):
    """Which paths a rule takes."""

    type: str = ""
    value: str = ""


class RouteMatch(Part, frozen=True):
    """Which requests a rule takes; only the path is read."""

    path: PathMatch | None = None


class RouteRule(Part, frozen=True):
    """A rule of a route."""

    matches: tuple[RouteMatch, ...] = ()
    backend_refs: tuple[RouteReference, ...] = ()


class RouteSpec(Part, frozen=True):
    """Wanted state."""

    parent_refs: tuple[RouteReference, ...] = ()
    hostnames: tuple[str, ...] = ()
    rules: tuple[RouteRule, ...] = ()


class RouteParentStatus(Part, frozen=True):
    """How a parent took a route."""

    parent_ref: RouteReference = RouteReference()
    controller_name: str = ""
    conditions: tuple[Condition, ...] = ()


class RouteStatus(Part, frozen=True):
    """Observed state."""

    parents: tuple[RouteParentStatus, ...] = ()


class HTTPRoute(KubeObject, frozen=True):
    """An HTTPRoute."""

    KIND: ClassVar[str] = "HTTPRoute"
    spec: RouteSpec = RouteSpec()
    status: RouteStatus = RouteStatus()


class GRPCRoute(KubeObject, frozen=True):
    """A GRPCRoute."""

    KIND: ClassVar[str] = "GRPCRoute"
    spec: RouteSpec = RouteSpec()
    status: RouteStatus = RouteStatus()


class ReferenceGrantSpec(Part, frozen=True):
    """Which references from other namespaces are allowed."""

    from_: tuple[RouteReference, ...] = msgspec.field(default=(), name="from")
    to: tuple[RouteReference, ...] = ()


class ReferenceGrant(KubeObject, frozen=True):
    """A ReferenceGrant."""

    KIND: ClassVar[str] = "ReferenceGrant"
    spec: ReferenceGrantSpec = ReferenceGrantSpec()
