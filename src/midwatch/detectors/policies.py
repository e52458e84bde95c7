"""policies: NetworkPolicies that cut connections which workloads need, including name resolution."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from midwatch.detectors._backing import Backing, ailing, backings, serving_containers
from midwatch.detectors._policy import Flow, Peer, Policies, directions, pod_peer
from midwatch.detectors.common import MAX_FACTS, fact
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.networking import Ingress, NetworkPolicy, Service, ServicePort
from midwatch.domain.kube.pods import Pod, PodTemplate
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.knowledge.callers import resolved_references
from midwatch.knowledge.templates import pod_templates

_DNS = 53
_MAX_BLAMED = 3
_MAX_NAMED = 50
_CONTROLLERS = ("ingress", "traefik", "contour", "kong", "apisix", "emissary")
_ALSO_PROXIES = ("haproxy", "envoy", "nginx", "gateway")
_FINITE = ("Job", "CronJob")


def blocked_calls(inventory: Inventory) -> Iterator[Finding]:
    """Source: kubernetes.io/docs/concepts/services-networking/network-policies/#the-two-sorts-of-pod-isolation."""
    if not inventory.all(NetworkPolicy):
        return
    policies = inventory.derive(Policies)
    cut: dict[Ref, list[tuple[Ref, Backing, int]]] = defaultdict(list)
    for caller, backing, port in _needed(inventory):
        for policy in _blocking(inventory, policies, caller, backing, port)[:_MAX_BLAMED]:
            cut[policy.ref].append((caller, backing, port))
    for policy, calls in cut.items():
        yield _blocked(inventory, policy, calls)


def _needed(inventory: Inventory) -> Iterator[tuple[Ref, Backing, int]]:
    """Connections that somebody is configured to make, each once: caller, Service, port of the Service."""
    index, seen = inventory.derive(backings), set[tuple[Ref, Ref, int]]()
    for holder, reference, resolution in (*inventory.derive(resolved_references),):
        if resolution.service is None or resolution.problem is not None or not reference.explicit:
            continue
        port = reference.address.port or _only_port(resolution.service)
        edge = holder, resolution.service.ref, port
        if port and edge not in seen:
            seen.add(edge)
            yield holder, index[resolution.service.ref], port
    yield from _from_controllers(inventory, index)


def _only_port(service: Service) -> int:
    return service.spec.ports[0].port if len(service.spec.ports) == 1 else 0


def _from_controllers(inventory: Inventory, index: Mapping[Ref, Backing]) -> Iterator[tuple[Ref, Backing, int]]:
    """Ingress controllers call the backends of every Ingress."""
    ingresses = [each for each in inventory.all(Ingress) if each.status.load_balancer.ingress]
    controllers = _controllers(inventory) if ingresses else []
    for ingress in ingresses:
        paths = [each for rule in ingress.spec.rules for each in (rule.http.paths if rule.http else ())]
        for backend in (each.backend.service for each in paths):
            backing = index.get(Ref("Service", ingress.namespace, backend.name)) if backend else None
            for port in backing.service.spec.ports[:1] if backing is not None else ():
                yield from ((each, backing, port.port) for each in controllers if backing is not None)


def _controllers(inventory: Inventory) -> list[Ref]:
    return [
        ref
        for ref, template in inventory.derive(pod_templates).items()
        if ref.kind in ("Deployment", "DaemonSet") and _is_controller(template)
    ][:3]


def _is_controller(template: PodTemplate) -> bool:
    """By the recommended labels of its chart: a product that is nothing else, or a proxy called a controller."""
    labels = template.metadata.labels
    name = labels.get("app.kubernetes.io/name", "") + labels.get("app.kubernetes.io/component", "")
    if any(each in name for each in _CONTROLLERS):
        return True
    return "controller" in name and any(each in name for each in _ALSO_PROXIES)


def _blocking(
    inventory: Inventory, policies: Policies, caller: Ref, backing: Backing, port: int
) -> list[NetworkPolicy]:
    template = inventory.derive(pod_templates).get(caller)
    target = backing.pods[0] if backing.pods else None
    found = next((each for each in backing.service.spec.ports if each.port == port), None)
    if template is None or target is None or found is None or caller.kind in _FINITE:
        return []
    number = target_number(found, target)
    flow = Flow(_peer(inventory, caller, template), pod_peer(target), number, found.protocol or "TCP")
    return policies.blocking(flow) if number else []


def _peer(inventory: Inventory, workload: Ref, template: PodTemplate) -> Peer:
    pods = inventory.pods_by_workload.get(workload, [])
    labels = pods[0].metadata.labels if pods and pods[0].metadata.labels else template.metadata.labels
    addresses = tuple(each.status.pod_ip for each in pods[:3] if each.status.pod_ip)
    return Peer(workload.namespace, labels, template.spec, addresses)


def target_number(port: ServicePort, pod: Pod) -> int:
    """The number of the container port behind a Service port, 0 when unknown."""
    if isinstance(port.target_port, int):
        return port.target_port or port.port
    declared = (each for container in serving_containers(pod.spec) for each in container.ports)
    return next((each.container_port for each in declared if each.name == port.target_port), 0)


def _blocked(inventory: Inventory, policy: Ref, calls: list[tuple[Ref, Backing, int]]) -> Finding:
    users = tuple(dict.fromkeys(caller for caller, _, _ in calls))
    hurts = any(each in inventory.derive(ailing) for each in users)
    names, (_, first, port) = ", ".join(map(str, users[:MAX_FACTS])), calls[0]
    called = {backing.ref: backing for _, backing, _ in calls[:_MAX_NAMED]}
    more, more_zh = (f" and {len(called) - 1} more", f"等 {len(called)} 个") if len(called) > 1 else ("", "")
    return Finding(
        "policies/blocked-call",
        policy,
        Text(
            f"{policy} keeps {names} from {first.ref} port {port}{more}: no rule allows it",
            f"{policy} 阻断了 {names} 到 {first.ref} 端口 {port}{more_zh}的访问：没有规则放行",
        ),
        Severity.ERROR if hurts else Severity.WARNING,
        Status.ACTIVE,
        (Claim("network-policy-blocks", policy, 0.9 if hurts else 0.75),),
        _policy_facts(inventory, policy),
        (*users[:_MAX_NAMED], *called, *(inventory.workload(each.pods[0]) for each in called.values())),
    )


def _policy_facts(inventory: Inventory, ref: Ref) -> tuple[Fact, ...]:
    found = inventory.find(ref)
    if not isinstance(found, NetworkPolicy):
        return ()
    selector = dict(found.spec.pod_selector.match_labels) or "all pods"
    return (
        fact(found, ".spec.podSelector", selector),
        fact(found, ".spec.policyTypes", ", ".join(sorted(directions(found)))),
    )


def blocked_dns(inventory: Inventory) -> Iterator[Finding]:
    """Egress isolation without a way to the cluster's DNS. Source: docs as above; RFC 1035 (UDP and TCP 53)."""
    policies = inventory.derive(Policies) if inventory.all(NetworkPolicy) else None
    servers = [each for each in inventory.pods_by_namespace.get("kube-system", []) if _serves_dns(each)]
    cut: dict[Ref, list[Ref]] = defaultdict(list)
    for workload in _resolving(inventory) if policies and servers else ():
        template = inventory.derive(pod_templates)[workload]
        peer = _peer(inventory, workload, template)
        flows = [Flow(peer, pod_peer(server), _DNS, "UDP") for server in servers[:3]]
        blocked = [policies.blocking(flow) for flow in flows] if policies else []
        if all(blocked):
            for policy in blocked[0]:
                cut[policy.ref].append(workload)
    for policy, workloads in cut.items():
        yield _no_dns(inventory, policy, workloads)


def _serves_dns(pod: Pod) -> bool:
    return pod.metadata.labels.get("k8s-app") in ("kube-dns", "coredns", "node-local-dns", "rke2-coredns")


def _resolving(inventory: Inventory) -> list[Ref]:
    """Workloads that call Services by name."""
    found = inventory.derive(resolved_references)
    named = (holder for holder, reference, _ in found if any(each.isalpha() for each in reference.address.host))
    return [each for each in dict.fromkeys(named) if each.kind not in _FINITE]


def _no_dns(inventory: Inventory, policy: Ref, workloads: list[Ref]) -> Finding:
    hurts = any(each in inventory.derive(ailing) for each in workloads)
    names = ", ".join(map(str, workloads[:MAX_FACTS]))
    return Finding(
        "policies/blocked-dns",
        policy,
        Text(
            f"{policy} lets no DNS query (UDP 53) of {names} out: no name resolves there",
            f"{policy} 不放行 {names} 的 DNS 查询（UDP 53）：那里无法解析任何域名",
        ),
        Severity.ERROR if hurts else Severity.WARNING,
        Status.ACTIVE,
        (Claim("network-policy-blocks", policy, 0.92 if hurts else 0.8),),
        _policy_facts(inventory, policy),
        tuple(workloads),
    )


def selects_nothing(inventory: Inventory) -> Iterator[Finding]:
    """A policy that protects no pod: advice only."""
    for each in inventory.all(NetworkPolicy):
        selector = each.spec.pod_selector
        if not selector.match_labels or not inventory.knows(Pod, each.namespace):
            continue
        if not inventory.select(each.namespace, selector):
            yield Finding(
                "policies/selects-nothing",
                each.ref,
                Text(f"{each.ref} selects no pod", f"{each.ref} 没有选中任何 Pod"),
                Severity.INFO,
                Status.LATENT,
                (),
                _policy_facts(inventory, each.ref),
            )


DETECTORS = (blocked_calls, blocked_dns, selects_nothing)
