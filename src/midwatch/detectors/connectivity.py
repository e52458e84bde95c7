"""connectivity: what recorded connection attempts to Services say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from midwatch.detectors._backing import Backing, backings, selected_workloads, selector_of
from midwatch.detectors._policy import Policies, pod_peer
from midwatch.detectors._quota import used_up
from midwatch.detectors._target_ports import specs_behind
from midwatch.detectors.common import shorten
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.networking import Service
from midwatch.domain.observation import ConnectionCheck, Observation
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.knowledge.addresses import exposes

_UNRESOLVED = (
    "could not resolve", "name or service not known", "no such host", "nxdomain", "bad address", "unknown host",
    "temporary failure in name resolution", "servfail", "can't resolve", "getaddrinfo", "enotfound", "eai_again",
)  # fmt: skip
_REFUSED = ("refused", "econnrefused", "reset by peer", "connection reset")
_SILENT = ("timed out", "timeout", "no route to host", "unreachable", "etimedout", "ehostunreach")
_SPEECH = ("ssl", "tls", "http/0.9", "malformed", "empty reply", "protocol", "bad gateway", "invalid")
_REFUTED = (
    "service-target-port-mismatch",
    "service-selector-mismatch",
    "service-unreachable",
    "service-no-ready-endpoints",
)
_MAX_OUTCOME = 4096


def read_check(inventory: Inventory, observation: Observation) -> Iterator[Finding]:
    """One attempt. Source: kubernetes.io/docs/tasks/debug/debug-application/debug-service."""
    if not isinstance(observation, ConnectionCheck):
        return
    if observation.succeeded:
        yield _succeeded(observation)
        if observation.reached_from:
            yield from (_cut_off(observation, name) for name in observation.failed_from)
        return
    service = inventory.get(Service, observation.service.namespace, observation.service.name)
    yield _failed(inventory, observation, _suspects(inventory, observation, service))


def _succeeded(check: ConnectionCheck) -> Finding:
    return Finding(
        "connectivity/open",
        check.service,
        Text(f"{check.service} answers on port {check.port}", f"{check.service} 的端口 {check.port} 可以连接"),
        Severity.INFO,
        Status.ACTIVE,
        tuple(Claim(cause, check.service, 0.6, refutes=True) for cause in _REFUTED),
        (_fact(check),),
    )


def _cut_off(check: ConnectionCheck, name: str) -> Finding:
    """Services are reached through the node of the client: kube-proxy's rules there, and its network."""
    node = Ref("Node", "", name)
    others = ", ".join(check.reached_from[:3])
    return Finding(
        "connectivity/failed-from-node",
        node,
        Text(
            f"{check.service} does not answer on port {check.port} from Node {name}, but does from {others}",
            f"从节点 {name} 无法连接 {check.service} 的端口 {check.port}，而从 {others} 可以",
        ),
        Severity.ERROR,
        Status.ACTIVE,
        (
            Claim("kube-proxy-unavailable", node, 0.6),
            Claim("node-network-unavailable", node, 0.35),
            Claim("node-network-loss", node, 0.3),
        ),
        (_fact(check),),
        (check.service,),
    )


def _failed(inventory: Inventory, check: ConnectionCheck, suspects: Iterable[Claim]) -> Finding:
    backing = inventory.derive(backings).get(check.service)
    pods = tuple(each.ref for each in backing.pods[:3]) if backing is not None else ()
    return Finding(
        "connectivity/failed",
        check.service,
        Text(
            f"{check.service} does not answer on port {check.port}",
            f"{check.service} 的端口 {check.port} 连接失败",
        ),
        Severity.ERROR,
        Status.ACTIVE,
        tuple(suspects),
        (_fact(check),),
        (check.service, *pods),
    )


def _suspects(inventory: Inventory, check: ConnectionCheck, service: Service | None) -> Iterator[Claim]:
    outcome, ref = check.outcome[:_MAX_OUTCOME].lower(), check.service
    if service is None:
        known = inventory.knows(Service, ref.namespace)
        yield Claim("service-missing", ref, 0.75) if known else Claim("service-unreachable", ref, 0.4)
        if known and used_up(inventory, ref.namespace, "services"):
            yield Claim("quota-services-exceeded", Ref("Namespace", "", ref.namespace), 0.85)
        return
    backing = inventory.derive(backings)[service.ref]
    if any(each in outcome for each in _UNRESOLVED):
        yield Claim("dns-resolution-failure", ref, 0.75)
    elif not exposes(service, check.port):
        yield Claim("service-unreachable", ref, 0.2)
    elif backing.ready and _skips_tcp(inventory, service, check.port):
        yield Claim("service-protocol-mismatch", ref, 0.75)
        yield Claim("service-unreachable", ref, 0.4)
    elif backing.ready:
        yield from _with_endpoints(inventory, backing, outcome)
    elif backing.pods or not selector_of(service) or selected_workloads(inventory, service):
        yield Claim("service-no-ready-endpoints", ref, 0.6)
    else:
        yield Claim("service-selector-mismatch", ref, 0.5)
        yield Claim("service-no-ready-endpoints", ref, 0.5)


def _skips_tcp(inventory: Inventory, service: Service, port: int) -> bool:
    """Whether the port forwards no TCP, while no container behind it declares to speak anything else there."""
    asked = [each for each in service.spec.ports if each.port == port]
    backing = inventory.derive(backings)[service.ref]
    spoken = {
        (declared.container_port, declared.name): declared.protocol
        for spec in specs_behind(inventory, backing)
        for container in spec.containers
        for declared in container.ports
    }
    targets = {each.target_port for each in asked}
    other = any(protocol != "TCP" and targets & set(key) for key, protocol in spoken.items())
    return bool(asked) and all(each.protocol != "TCP" for each in asked) and not other


def _with_endpoints(inventory: Inventory, backing: Backing, outcome: str) -> Iterator[Claim]:
    """Ready pods stand behind the Service, so something between client and process is wrong."""
    ref = backing.ref
    if any(each in outcome for each in _REFUSED):
        yield Claim("service-target-port-mismatch", ref, 0.6)
        yield Claim("service-protocol-mismatch", ref, 0.2)
    elif any(each in outcome for each in _SPEECH):
        yield Claim("service-protocol-mismatch", ref, 0.5)
        yield Claim("service-target-port-mismatch", ref, 0.3)
    elif any(each in outcome for each in _SILENT):
        yield Claim("service-unreachable", ref, 0.5)
        yield from _silencers(inventory, backing)
    else:
        yield Claim("service-unreachable", ref, 0.5)
        yield Claim("service-target-port-mismatch", ref, 0.3)


def _silencers(inventory: Inventory, backing: Backing) -> Iterator[Claim]:
    """What drops packets without an answer: policies that isolate the pods, a delayed network, stale endpoints."""
    pod = backing.ready[0]
    for policy in inventory.derive(Policies).isolating(pod_peer(pod), "Ingress")[:3]:
        yield Claim("network-policy-blocks", policy.ref, 0.4)
    yield Claim("network-delay", inventory.workload(pod), 0.2)
    yield Claim("endpoints-stale", backing.ref, 0.2)


def _fact(check: ConnectionCheck) -> Fact:
    outcome = shorten(check.outcome[:_MAX_OUTCOME]) or ("succeeded" if check.succeeded else "failed")
    return Fact(check.service, f"connection to port {check.port}", outcome, None, check.source)


READERS = (read_check,)
