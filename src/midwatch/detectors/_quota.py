"""How much room the quotas of a namespace leave, recomputed as the quota admission does it.

Source: pkg/quota/v1/evaluator/core/pods.go, plugin/pkg/admission/limitranger/admission.go (defaults).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import msgspec

from midwatch.detectors._amounts import amount, limits_of, pod_limits, pod_requests, requests_of
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import LimitRange, LimitRangeItem, ResourceQuota, ScopeRequirement
from midwatch.domain.kube.containers import Container, ResourceRequirements
from midwatch.domain.kube.pods import Pod, PodSpec
from midwatch.domain.kube.workloads import DaemonSet, Job, ReplicaSet, StatefulSet
from midwatch.domain.quantity import parse_quantity
from midwatch.domain.resource import Ref

_COMPUTE = ("cpu", "memory")
_SCOPES = {"Exists", "In", ""}


@dataclass(frozen=True, slots=True)
class Shortage:
    """`quota` has `hard` of `resource`, of which `used` is taken, and `needed` more are asked for."""

    quota: ResourceQuota
    resource: str
    needed: float
    used: float
    hard: float


def quotas_by_namespace(inventory: Inventory) -> dict[str, list[ResourceQuota]]:
    """All quotas under their namespace."""
    index: dict[str, list[ResourceQuota]] = defaultdict(list)
    for each in inventory.all(ResourceQuota):
        index[each.namespace].append(each)
    return index


def shortages(quotas: Iterable[ResourceQuota], needed: Mapping[str, float]) -> Iterator[Shortage]:
    """Resources of which less is left than `needed` (only resources that are needed at all)."""
    for quota in quotas:
        hard = {**quota.spec.hard, **quota.status.hard}
        for resource, limit in hard.items():
            want = needed.get(resource, 0.0)
            used = amount(quota.status.used.get(resource))
            if want > 0 and parse_quantity(limit) is not None and used + want > amount(limit) * (1 + 1e-9):
                yield Shortage(quota, resource, want, used, amount(limit))


def used_up(inventory: Inventory, namespace: str, plural: str) -> bool:
    """Whether quotas leave no room for one more object of a kind."""
    quotas = inventory.derive(quotas_by_namespace).get(namespace, ())
    return any(shortages(quotas, {plural: 1.0, f"count/{plural}": 1.0}))


def needs_of(spec: PodSpec) -> dict[str, float]:
    """What one pod takes from each quota resource."""
    needed = {"pods": 1.0, "count/pods": 1.0}
    for name, value in pod_requests(spec).items():
        needed[name] = needed[f"requests.{name}"] = value
    for name, value in pod_limits(spec).items():
        needed[f"limits.{name}"] = value
    return needed


def is_known(spec: PodSpec) -> bool:
    """Whether more is known of the containers than the names and images that a wide table prints."""
    return any(each != Container(name=each.name, image=each.image) for each in spec.containers)


def unspecified(quota: ResourceQuota, spec: PodSpec) -> list[str]:
    """Requests or limits that a quota demands of every container and that one container lacks."""
    missing: list[str] = []
    for resource in {**quota.spec.hard, **quota.status.hard}:
        kind, _, name = resource.rpartition(".")
        if name in _COMPUTE and kind in ("", "requests", "limits"):
            read = limits_of if kind == "limits" else requests_of
            missing.extend(
                f"{resource} for {each.name}"
                for each in (*spec.containers, *spec.init_containers)
                if not read(each).get(name)
            )
    return missing


def in_scope(quota: ResourceQuota, spec: PodSpec) -> bool:
    """Whether a quota counts such a pod."""
    selector = quota.spec.scope_selector
    wanted = [ScopeRequirement(scope_name=each) for each in quota.spec.scopes]
    wanted.extend(selector.match_expressions if selector else ())
    return all(_scope_holds(each, spec) for each in wanted)


def _scope_holds(scope: ScopeRequirement, spec: PodSpec) -> bool:
    if scope.scope_name == "PriorityClass":
        if scope.operator == "In":
            return spec.priority_class_name in scope.values
        if scope.operator == "NotIn":
            return spec.priority_class_name not in scope.values
        return bool(spec.priority_class_name) == (scope.operator in _SCOPES)
    best_effort = not any(pod_requests(spec).values())
    answers = {
        "BestEffort": best_effort,
        "NotBestEffort": not best_effort,
        "Terminating": spec.active_deadline_seconds is not None,
        "NotTerminating": spec.active_deadline_seconds is None,
    }
    return answers.get(scope.scope_name, False)


def admitted_spec(inventory: Inventory, workload: Ref, spec: PodSpec, namespace: str) -> PodSpec:
    """The pod as admission would see it: with injected sidecars and the defaults of LimitRanges."""
    sidecars = _injected(inventory, workload, spec, namespace)
    items = [
        item for each in inventory.all(LimitRange) if each.namespace == namespace for item in each.spec.limits
    ]
    defaults = [each for each in items if each.type == "Container"]
    containers = (*spec.containers, *sidecars)
    return msgspec.structs.replace(
        spec,
        containers=tuple(_with_defaults(each, defaults) for each in containers),
        init_containers=tuple(_with_defaults(each, defaults) for each in spec.init_containers),
    )


def _with_defaults(container: Container, items: list[LimitRangeItem]) -> Container:
    limits, requests = dict(container.resources.limits), dict(container.resources.requests)
    for item in items:
        limits = {**item.default, **limits}
        requests = {**item.default_request, **requests}
    return msgspec.structs.replace(container, resources=ResourceRequirements(requests=requests, limits=limits))


def _injected(inventory: Inventory, workload: Ref, spec: PodSpec, namespace: str) -> tuple[Container, ...]:
    """Containers that its own pods, else most pods of the namespace, have beyond their template."""
    own = {each.name for each in spec.containers}
    siblings = inventory.pods_by_workload.get(workload, ())
    if siblings:
        return tuple(each for each in siblings[-1].spec.containers if each.name not in own)
    counted: Counter[str] = Counter()
    seen: dict[str, Container] = {}
    pods = [pod for pod in inventory.pods_by_namespace.get(namespace, ()) if pod.metadata.owner_references]
    for pod in pods:
        for each in _beyond_template(inventory, pod):
            counted[each.name] += 1
            seen[each.name] = each
    return tuple(seen[name] for name, times in counted.items() if 2 * times > len(pods) and name not in own)


def _beyond_template(inventory: Inventory, pod: Pod) -> Iterator[Container]:
    above = inventory.owner(pod)
    owner = inventory.find(above) if above else None
    if isinstance(owner, ReplicaSet | StatefulSet | DaemonSet | Job) and owner.spec.template.spec.containers:
        names = {each.name for each in owner.spec.template.spec.containers}
        yield from (each for each in pod.spec.containers if each.name not in names)
