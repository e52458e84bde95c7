"""The cluster's DNS: its workload, its Service, and whether they answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from midwatch.detectors._backing import backings, is_ready, is_young
from midwatch.detectors.common import MAX_FACTS, fact, is_finished, refs
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.networking import Service
from midwatch.domain.kube.pods import Pod
from midwatch.domain.kube.workloads import DaemonSet, Deployment
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text
from midwatch.knowledge.templates import pod_templates

SYSTEM = "kube-system"
_NAMES = frozenset({"coredns", "kube-dns", "rke2-coredns-rke2-coredns"})
_LABELS = frozenset({"kube-dns", "coredns"})


@dataclass(frozen=True, slots=True)
class DNS:
    """The workload and the Service of the cluster's DNS, as far as they were found."""

    workload: Ref | None
    service: Service | None


def cluster_dns(inventory: Inventory) -> DNS:
    """Found by the names and labels that kubeadm and the distributions give (use with `derive`)."""
    services = [each for each in inventory.all(Service) if each.namespace == SYSTEM and _is_dns(each)]
    workloads = [
        ref
        for ref, template in inventory.derive(pod_templates).items()
        if ref.namespace == SYSTEM and ref.kind in (Deployment.KIND, DaemonSet.KIND)
        if ref.name in _NAMES or template.metadata.labels.get("k8s-app") in _LABELS
    ]
    return DNS(min(workloads, default=None), services[0] if services else None)


def _is_dns(service: Service) -> bool:
    ports = any(each.port == 53 for each in service.spec.ports) or not service.spec.ports
    return ports and (service.name in _NAMES or service.metadata.labels.get("k8s-app") in _LABELS)


def dns_addresses(inventory: Inventory) -> frozenset[str]:
    """Cluster IPs that answer DNS queries (use with `derive`)."""
    return frozenset(
        each.spec.cluster_ip
        for each in inventory.all(Service)
        if each.spec.cluster_ip and any(port.port == 53 for port in each.spec.ports)
    )


def unavailable(inventory: Inventory) -> Iterator[Finding]:
    """Source: kubernetes.io/docs/tasks/administer-cluster/dns-debugging-resolution."""
    dns = inventory.derive(cluster_dns)
    if not inventory.knows(Pod, SYSTEM):
        return
    if dns.workload is not None:
        yield from _of_workload(inventory, dns.workload, dns.service)
    elif dns.service is not None and dns.service.spec.selector:
        backing = inventory.derive(backings)[dns.service.ref]
        if not backing.pods:
            yield _absent(dns.service)


def _of_workload(inventory: Inventory, workload: Ref, service: Service | None) -> Iterator[Finding]:
    found = inventory.find(workload)
    pods = [each for each in inventory.pods_by_workload.get(workload, []) if not is_finished(each)]
    ready = [each for each in pods if is_ready(each)]
    if isinstance(found, Deployment) and found.spec.replicas == 0 and not ready:
        yield _down(
            workload, "is scaled to zero", "的副本数为 0", 0.97, [fact(found, ".spec.replicas", 0)], service
        )
    elif pods and not ready and not all(is_young(inventory, each) for each in pods):
        facts = [fact(each, ".status.phase", each.status.phase) for each in pods[:MAX_FACTS]]
        wrong = f"has none of its {len(pods)} pods ready"
        yield _down(
            workload, wrong, f"的 {len(pods)} 个 Pod 都未就绪", 0.85, facts, service, refs(pods[:MAX_FACTS])
        )
    elif not pods and found is not None:
        yield _down(workload, "has no pods", "没有 Pod", 0.85, [fact(found, ".status", "no pods")], service)
    elif ready and service is not None:
        yield from _service_without_pods(inventory, workload, service)


def _service_without_pods(inventory: Inventory, workload: Ref, service: Service) -> Iterator[Finding]:
    backing = inventory.derive(backings)[service.ref]
    if service.spec.selector and not backing.pods and not (backing.recorded and backing.recorded.ready):
        facts = [fact(service, ".spec.selector", dict(service.spec.selector))]
        yield _down(
            workload, f"is not selected by {service.ref}", f"没有被 {service.ref} 选中", 0.6, facts, service
        )


def _absent(service: Service) -> Finding:
    return _down(
        service.ref,
        "selects no pods: there is no cluster DNS",
        "没有选中任何 Pod：集群没有 DNS",
        0.8,
        [fact(service, ".spec.selector", dict(service.spec.selector))],
        service,
    )


def _down(
    culprit: Ref,
    wrong: str,
    wrong_zh: str,
    strength: float,
    facts: list[Fact],
    service: Service | None,
    affected: tuple[Ref, ...] = (),
) -> Finding:
    return Finding(
        "dns/unavailable",
        culprit,
        Text(f"{culprit}, the cluster's DNS, {wrong}", f"集群 DNS {culprit} {wrong_zh}"),
        Severity.ERROR,
        Status.ACTIVE,
        (Claim("dns-unavailable", culprit, strength),),
        tuple(facts),
        (*((service.ref,) if service else ()), *affected),
    )
