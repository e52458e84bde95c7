"""Who owns whom, and what scales and guards workloads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.access import APIService
from midwatch.domain.kube.kinds import BY_KIND
from midwatch.domain.kube.meta import KubeObject, OwnerReference
from midwatch.domain.kube.networking import NetworkPolicy
from midwatch.domain.kube.workloads import HorizontalPodAutoscaler, PodDisruptionBudget, StatefulSet
from midwatch.domain.resource import Ref
from midwatch.knowledge.relation import Edge, Relation

_METRICS = {
    "Pods": "custom.metrics.k8s.io",
    "Object": "custom.metrics.k8s.io",
    "External": "external.metrics.k8s.io",
}
_CPU_ONLY = frozenset({"metrics.k8s.io"})


def workload_edges(inventory: Inventory) -> Iterator[Edge]:
    """Ownership, autoscaling, disruption budgets, network policies and governing Services."""
    yield from _ownership(inventory)
    yield from _scaling(inventory)
    yield from _policies(inventory)
    yield from _stateful(inventory)


def _ownership(inventory: Inventory) -> Iterator[Edge]:
    for found in inventory.by_ref.values():
        for reference in found.metadata.owner_references:
            # A node does not stand or fall with its mirror pods and leases.
            if reference.kind != "Node" and reference.name:
                yield Edge(_owner(inventory, found, reference), found.ref, Relation.OWNS)


def _owner(inventory: Inventory, owned: KubeObject, reference: OwnerReference) -> Ref:
    near = Ref(reference.kind, owned.namespace, reference.name)
    if near in inventory.by_ref:
        return near
    wide = Ref(reference.kind, "", reference.name)
    known = BY_KIND.get(reference.kind)
    return wide if wide in inventory.by_ref or (known is not None and not known.namespaced) else near


def _scaling(inventory: Inventory) -> Iterator[Edge]:
    for scaler in inventory.all(HorizontalPodAutoscaler):
        target = scaler.spec.scale_target_ref
        if target.kind and target.name:
            yield Edge(scaler.ref, Ref(target.kind, scaler.namespace, target.name), Relation.SCALES)
        for group in _metric_apis(scaler):
            for api in inventory.derive(_apis_by_group).get(group, ()):
                yield Edge(scaler.ref, api, Relation.REFERENCES)


def _metric_apis(scaler: HorizontalPodAutoscaler) -> frozenset[str]:
    """The APIs an autoscaler reads (k8s.io/metrics); without metrics it takes the CPU."""
    return frozenset(_METRICS.get(each.type, "metrics.k8s.io") for each in scaler.spec.metrics) or _CPU_ONLY


def _apis_by_group(inventory: Inventory) -> Mapping[str, list[Ref]]:
    index: dict[str, list[Ref]] = defaultdict(list)
    for each in inventory.all(APIService):
        index[each.spec.group or each.name.partition(".")[2]].append(each.ref)
    return index


def _policies(inventory: Inventory) -> Iterator[Edge]:
    for policy in inventory.all(NetworkPolicy):
        for pod in inventory.select(policy.namespace, policy.spec.pod_selector):
            yield Edge(policy.ref, pod.ref, Relation.PROTECTS)
    for budget in inventory.all(PodDisruptionBudget):
        for pod in inventory.select(budget.namespace, budget.spec.selector):
            yield Edge(budget.ref, pod.ref, Relation.PROTECTS)


def _stateful(inventory: Inventory) -> Iterator[Edge]:
    for found in inventory.all(StatefulSet):
        if found.spec.service_name:
            yield Edge(found.ref, Ref("Service", found.namespace, found.spec.service_name), Relation.REFERENCES)
        for claim in found.spec.volume_claim_templates:
            if claim.spec.storage_class_name:
                yield Edge(found.ref, Ref("StorageClass", "", claim.spec.storage_class_name), Relation.REFERENCES)
