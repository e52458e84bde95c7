"""Service ports whose target nobody listens on, or which speak another protocol than the container."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from midwatch.detectors._backing import (
    Backing,
    ailing,
    backings,
    backings_by_pod,
    is_headless,
    selector_of,
    serving_containers,
    unresolved_names,
)
from midwatch.detectors.common import MAX_FACTS, fact, refs
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.containers import Container, ContainerPort, Probe
from midwatch.domain.kube.networking import Service, ServicePort
from midwatch.domain.kube.pods import PodSpec
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.knowledge.callers import callers
from midwatch.knowledge.templates import pod_templates

_SIDE_PORTS = ("metrics", "prom", "admin", "health", "debug", "jmx", "pprof", "monitor", "status")
_OVER_TCP = ("http", "grpc", "web", "tcp", "tls", "mysql", "redis", "mongo", "postgres", "amqp", "kafka", "ssh")
"""Beginnings of port names that say a protocol over TCP (istio.io/docs/ops/configuration: protocol selection)."""
_TCP_PORTS = frozenset({80, 443, 1433, 3306, 5432, 5672, 6379, 9092, 27017})


@dataclass(frozen=True, slots=True)
class _Listening:
    """Where the pods behind a Service say that they listen: declared, probed, and given in a variable."""

    declared: tuple[ContainerPort, ...]
    probed: frozenset[int]
    hinted: frozenset[int]

    @property
    def numbers(self) -> frozenset[int]:
        """Every port that is declared or probed."""
        return frozenset(each.container_port for each in self.declared) | self.probed


def wrong_target(inventory: Inventory) -> Iterator[Finding]:
    """Source: k8s.io/kubernetes/pkg/api/v1/pod/util.go FindPort; docs/concepts/services-networking/service."""
    for backing in inventory.derive(backings).values():
        if not selector_of(backing.service) or not backing.pods:
            continue
        named = unresolved_names(backing)
        if named:
            yield _unresolved(inventory, backing, named)
        elif not is_headless(backing.service):
            yield from _unheard(inventory, backing)


def _unresolved(inventory: Inventory, backing: Backing, ports: tuple[ServicePort, ...]) -> Finding:
    """The control plane resolves named ports by the containers' port names, so a wrong name is certain."""
    service, owner = backing.service, inventory.workload(backing.pods[0])
    latent = is_headless(service)
    named = ", ".join(str(each.target_port) for each in ports)
    have = _declared_text(_listening(specs_behind(inventory, backing)).declared)
    return Finding(
        "services/target-port-name-unknown",
        service.ref,
        Text(
            f"{service.ref} sends port {ports[0].port} to the container port named {named},"
            f" but {owner} has no port of that name (ports: {have})",
            f"{service.ref} 的端口 {ports[0].port} 指向名为 {named} 的容器端口，"
            f"但 {owner} 没有这个名字的端口（端口：{have}）",
        ),
        Severity.WARNING if latent else Severity.ERROR,
        Status.LATENT if latent else Status.ACTIVE,
        (Claim("service-target-port-mismatch", service.ref, 0.4 if latent else 0.97),),
        _facts(service, ports, owner, have),
        (owner, *refs(backing.pods[:MAX_FACTS])),
    )


def _unheard(inventory: Inventory, backing: Backing) -> Iterator[Finding]:
    service = backing.service
    listening = _listening(specs_behind(inventory, backing))
    numbered = [each for each in service.spec.ports if isinstance(each.target_port, int) and each.target_port > 0]
    wrong = [each for each in numbered if each.target_port not in listening.numbers | listening.hinted]
    if not wrong or not listening.numbers:
        return
    owner = inventory.workload(backing.pods[0])
    strength = 0.4 if _served_well(inventory, backing) else _strength(service, wrong, listening)
    callers_suffer = any(
        each in inventory.derive(ailing) for each in inventory.derive(callers).get(service.ref, ())
    )
    if callers_suffer and strength >= 0.6:
        strength = 0.9
    have = _declared_text(listening.declared) or ", ".join(map(str, sorted(listening.numbers)))
    yield Finding(
        "services/target-port-unheard",
        service.ref,
        Text(
            f"{service.ref} sends to targetPort {wrong[0].target_port}, but no container of {owner} listens on it"
            f" (ports: {have})",
            f"{service.ref} 把流量送到 targetPort {wrong[0].target_port}，"
            f"但 {owner} 没有容器监听它（端口：{have}）",
        ),
        Severity.ERROR if strength >= 0.85 else Severity.WARNING,
        Status.ACTIVE if strength >= 0.6 else Status.LATENT,
        (Claim("service-target-port-mismatch", service.ref, strength),),
        _facts(service, wrong, owner, have),
        (owner, *refs(backing.pods[:MAX_FACTS])),
    )


def _served_well(inventory: Inventory, backing: Backing) -> bool:
    """Whether another Service sends to a port that the same pods declare: then this one serves an extra port."""
    pod = backing.pods[0]
    declared = {each.container_port for container in pod.spec.containers for each in container.ports}
    others = inventory.derive(backings_by_pod).get(pod.ref, ())
    return any(
        each.target_port in declared
        for other in others
        if other is not backing
        for each in other.service.spec.ports
    )


def _strength(service: Service, wrong: list[ServicePort], listening: _Listening) -> float:
    """Containers need not declare their ports, so a proof needs more: something that shows the right one."""
    main = [each for each in listening.declared if not each.name.startswith(_SIDE_PORTS)]
    if len(wrong) < len(service.spec.ports) or (listening.declared and not main):
        return 0.4
    declared = {each.container_port for each in listening.declared}
    if not declared:
        return 0.65
    meant = {each.name for each in listening.declared if each.name} & {each.name for each in service.spec.ports}
    same = {each.port for each in service.spec.ports} & declared
    return 0.9 if meant or same or listening.probed & declared else 0.75


def specs_behind(inventory: Inventory, backing: Backing) -> Iterator[PodSpec]:
    """The specs of the pods; those of their workload where a list shows the pods without containers."""
    templates = inventory.derive(pod_templates)
    for pod in backing.samples:
        template = templates.get(inventory.workload(pod))
        yield pod.spec if pod.spec.containers or template is None else template.spec


def _listening(specs: Iterable[PodSpec]) -> _Listening:
    containers = [each for spec in specs for each in serving_containers(spec)]
    declared = {port: None for each in containers for port in each.ports if port.container_port > 0}
    probed = {number for each in containers for number in _probed(each)}
    return _Listening(tuple(declared), frozenset(probed), frozenset(_hinted(containers)))


def _probed(container: Container) -> Iterator[int]:
    """Ports that probes find something on, as far as their author knew."""
    for probe in (container.readiness_probe, container.liveness_probe, container.startup_probe):
        port = _probe_port(probe) if probe is not None else 0
        if isinstance(port, int) and port > 0:
            yield port


def _probe_port(probe: Probe) -> int | str:
    action = probe.http_get or probe.tcp_socket or probe.grpc
    return action.port if action is not None else 0


def _hinted(containers: Iterable[Container]) -> Iterator[int]:
    """Ports that a variable or an argument gives, undeclared but probably listened on (`PORT=8080`)."""
    for each in containers:
        for variable in each.env:
            if "PORT" in variable.name.upper() and variable.value.isascii() and variable.value.isdigit():
                yield int(variable.value[:5])
        for word in (*each.command, *each.args):
            digits = word[-6:].rpartition(":")[2].rpartition("=")[2]
            if digits.isascii() and digits.isdigit():
                yield int(digits[:5])


def _declared_text(ports: tuple[ContainerPort, ...]) -> str:
    return ", ".join(f"{each.name + ' ' if each.name else ''}{each.container_port}" for each in ports[:8])


def _facts(service: Service, ports: Iterable[ServicePort], owner: Ref, have: str) -> tuple[Fact, ...]:
    shown = [fact(service, f".spec.ports[{each.port}].targetPort", each.target_port) for each in ports]
    return (*shown[:MAX_FACTS], Fact(owner, ".spec.template.spec.containers[*].ports", have or "(none)"))


def wrong_protocol(inventory: Inventory) -> Iterator[Finding]:
    """Source: kubernetes.io/docs/reference/networking/service-protocols (TCP, UDP, SCTP; application protocol)."""
    for backing in inventory.derive(backings).values():
        if not backing.pods or not selector_of(backing.service):
            continue
        listening = _listening(specs_behind(inventory, backing))
        for port in backing.service.spec.ports:
            strength = _protocol_strength(port, listening)
            if strength:
                yield _protocol_finding(backing, port, strength, inventory.workload(backing.pods[0]))


def _protocol_strength(port: ServicePort, listening: _Listening) -> float:
    """An undeclared protocol counts as TCP, so a UDP Service before it may be right: then only names can tell."""
    targets = [each for each in listening.declared if port.target_port in (each.container_port, each.name)]
    protocols = {each.protocol for each in targets}
    if not targets or port.protocol in protocols:
        return 0.0
    if port.protocol == "TCP":
        return 0.8
    numbers = {each.container_port for each in targets}
    names = (port.name, *(each.name for each in targets))
    spoken = any(name.startswith(_OVER_TCP) for name in names) or port.app_protocol
    return 0.9 if spoken or numbers & (listening.probed | _TCP_PORTS) else 0.5


def _protocol_finding(backing: Backing, port: ServicePort, strength: float, owner: Ref) -> Finding:
    service = backing.service
    other = "UDP" if port.protocol == "TCP" else "TCP"
    return Finding(
        "services/protocol",
        service.ref,
        Text(
            f"{service.ref} forwards {port.protocol} on port {port.port}, but {owner} listens there with {other}",
            f"{service.ref} 在端口 {port.port} 上转发 {port.protocol}，但 {owner} 在该处使用 {other} 监听",
        ),
        Severity.ERROR if strength >= 0.85 else Severity.WARNING,
        Status.ACTIVE if strength >= 0.6 else Status.LATENT,
        (Claim("service-protocol-mismatch", service.ref, strength),),
        (fact(service, f".spec.ports[{port.port}].protocol", port.protocol),),
        (owner, *refs(backing.pods[:MAX_FACTS])),
    )
