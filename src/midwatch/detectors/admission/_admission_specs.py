"""Refused creation without a message: recomputed from the specs of what is missing and of what may forbid it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from midwatch.detectors._amounts import amount, limits_of, requests_of, show_amount
from midwatch.detectors._deficits import Deficit, deficits, is_settled
from midwatch.detectors._quota import (
    Shortage,
    admitted_spec,
    in_scope,
    is_known,
    needs_of,
    quotas_by_namespace,
    shortages,
    unspecified,
)
from midwatch.detectors.admission._pod_security import violations
from midwatch.detectors.admission._quota_objects import missing_behind_quota
from midwatch.detectors.admission._refusals import quota_cause
from midwatch.detectors.common import MAX_FACTS, fact
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import (
    LimitRange,
    LimitRangeItem,
    Namespace,
    PriorityClass,
    ResourceQuota,
    RuntimeClass,
    ServiceAccount,
)
from midwatch.domain.kube.containers import Container
from midwatch.domain.kube.meta import KubeObject
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

__all__ = [
    "full_quota",
    "missing_behind_quota",
    "missing_priority_class",
    "missing_runtime_class",
    "missing_service_account",
    "pods_beyond_limit_range",
    "pods_beyond_pod_security",
    "pods_beyond_quota",
]

_TENTH = 0.1
"""Part of a quota that a pod whose containers are not known is taken to need of CPU and memory."""


def _lacking(inventory: Inventory) -> Iterator[Deficit]:
    """Owners that should have created pods by now and do not hold back on purpose."""
    return (each for each in inventory.derive(deficits) if is_settled(inventory, each) and not each.waiting)


def _finding(rule: str, found: Deficit, message: Text, claims: Iterable[Claim], facts: Iterable[Fact]) -> Finding:
    lack = fact(found.owner, ".status.replicas", f"{found.have} of {found.wanted} pods exist")
    return Finding(
        f"admission/{rule}",
        found.workload,
        message,
        Severity.ERROR,
        Status.ACTIVE,
        tuple(claims),
        (lack, *facts),
        (found.workload,),
        found.owner.metadata.creation_timestamp,
    )


def pods_beyond_quota(inventory: Inventory) -> Iterator[Finding]:
    """A workload lacks pods and the quotas of its namespace leave no room for one more.

    Source: plugin/pkg/admission/resourcequota/controller.go, pkg/quota/v1/evaluator/core/pods.go.
    """
    quotas = quotas_by_namespace(inventory)
    for found in _lacking(inventory) if quotas else ():
        if found.owner.namespace in quotas:
            yield from _beyond_quota(inventory, found, quotas[found.owner.namespace])


def _beyond_quota(inventory: Inventory, found: Deficit, quotas: list[ResourceQuota]) -> Iterator[Finding]:
    spec = admitted_spec(inventory, found.workload, found.template.spec, found.owner.namespace)
    scoped = [each for each in quotas if in_scope(each, spec)]
    known = is_known(spec)
    short = list(shortages(scoped, needs_of(spec) if known else _any_needs(scoped)))
    if short:
        yield _no_room(found, short, 0.9 if known or short[0].resource.endswith("pods") else 0.65)
    for quota in scoped if known else ():
        missing = unspecified(quota, spec)
        if missing:
            yield _unspecified(found, quota, missing)


def _any_needs(quotas: Iterable[ResourceQuota]) -> dict[str, float]:
    needed = {"pods": 1.0, "count/pods": 1.0}
    for quota in quotas:
        for resource, limit in {**quota.spec.hard, **quota.status.hard}.items():
            if resource.rpartition(".")[2] in ("cpu", "memory"):
                needed[resource] = _TENTH * amount(limit)
    return needed


def _no_room(found: Deficit, short: list[Shortage], sure: float) -> Finding:
    causes = list(dict.fromkeys(quota_cause(each.resource) for each in short))
    strength = sure if len(causes) == 1 else sure - 0.1
    namespace = Ref("Namespace", "", found.owner.namespace)
    first = short[0]
    need, used, hard = (show_amount(first.resource, each) for each in (first.needed, first.used, first.hard))
    return _finding(
        "quota-without-room",
        found,
        Text(
            f"{found.workload} has {found.have} of {found.wanted} pods; ResourceQuota {first.quota.name} leaves "
            f"no room for one more: {first.resource} needs {need}, used {used} of {hard}",
            f"{found.workload} 只有 {found.have}/{found.wanted} 个 Pod，而 ResourceQuota {first.quota.name} 已"
            f"容不下新的 Pod:{first.resource} 需要 {need}，已用 {used}/{hard}",
        ),
        [Claim(cause, namespace, strength) for cause in causes],
        [_quota_fact(each) for each in short[:MAX_FACTS]],
    )


def _quota_fact(found: Shortage) -> Fact:
    used, hard = (show_amount(found.resource, each) for each in (found.used, found.hard))
    return fact(found.quota, f".status.used[{found.resource}]", f"{used} of {hard}")


def _unspecified(found: Deficit, quota: ResourceQuota, missing: list[str]) -> Finding:
    listed = ", ".join(missing[:MAX_FACTS])
    return _finding(
        "quota-requires-requests",
        found,
        Text(
            f"ResourceQuota {quota.name} demands what the pods of {found.workload} do not set: {listed}",
            f"ResourceQuota {quota.name} 要求 {found.workload} 的 Pod 设置，但它们没有设置：{listed}",
        ),
        [Claim("quota-requires-requests", found.workload, 0.9)],
        [fact(quota, ".spec.hard", ", ".join(quota.spec.hard or quota.status.hard))],
    )


def full_quota(inventory: Inventory) -> Iterator[Finding]:
    """A quota is used up: nothing fails yet, the next object will be refused."""
    for quota in inventory.all(ResourceQuota):
        hard = {**quota.spec.hard, **quota.status.hard}
        full = [each for each, limit in hard.items() if 0 < amount(limit) <= amount(quota.status.used.get(each))]
        if full:
            listed = ", ".join(full)
            yield Finding(
                "admission/quota-full",
                quota.ref,
                Text(f"{quota.ref} is used up: {listed}", f"{quota.ref} 已用尽：{listed}"),
                Severity.INFO,
                Status.LATENT,
                facts=tuple(fact(quota, f".status.used[{each}]", f"{hard[each]}") for each in full[:MAX_FACTS]),
            )


def missing_service_account(inventory: Inventory) -> Iterator[Finding]:
    """A pod template names a ServiceAccount that does not exist. Source: plugin/pkg/admission/serviceaccount."""
    for found in _lacking(inventory):
        name = found.template.spec.service_account_name or "default"
        yield from _missing(inventory, found, ServiceAccount, found.owner.namespace, name)


def missing_priority_class(inventory: Inventory) -> Iterator[Finding]:
    """A pod template names a PriorityClass that does not exist. Source: plugin/pkg/admission/priority."""
    for found in _lacking(inventory):
        yield from _missing(inventory, found, PriorityClass, "", found.template.spec.priority_class_name)


def missing_runtime_class(inventory: Inventory) -> Iterator[Finding]:
    """A pod template names a RuntimeClass that does not exist. Source: plugin/pkg/admission/runtimeclass."""
    for found in _lacking(inventory):
        yield from _missing(inventory, found, RuntimeClass, "", found.template.spec.runtime_class_name or "")


_CAUSES: dict[type[KubeObject], tuple[str, str]] = {
    ServiceAccount: ("service-account-missing", ".spec.template.spec.serviceAccountName"),
    PriorityClass: ("priority-class-missing", ".spec.template.spec.priorityClassName"),
    RuntimeClass: ("runtime-class-missing", ".spec.template.spec.runtimeClassName"),
}


def _missing(
    inventory: Inventory, found: Deficit, struct: type[KubeObject], namespace: str, name: str
) -> Iterator[Finding]:
    if not name or not found.template.spec.containers or not inventory.knows(struct, namespace):
        return
    if inventory.get(struct, namespace, name) is None:
        cause, path = _CAUSES[struct]
        kind = struct.KIND
        yield _finding(
            cause,
            found,
            Text(
                f"{found.workload} has {found.have} of {found.wanted} pods and names {kind} {name}, which "
                f"does not exist",
                f"{found.workload} 只有 {found.have}/{found.wanted} 个 Pod，其引用的 {kind} {name} 不存在",
            ),
            [Claim(cause, found.workload, 0.9)],
            [fact(found.owner, path, name)],
        )


def pods_beyond_limit_range(inventory: Inventory) -> Iterator[Finding]:
    """A workload lacks pods and its containers lie outside a LimitRange.

    Source: plugin/pkg/admission/limitranger/admission.go.
    """
    for found in _lacking(inventory) if inventory.all(LimitRange) else ():
        spec = admitted_spec(inventory, found.workload, found.template.spec, found.owner.namespace)
        for each in inventory.all(LimitRange):
            if each.namespace == found.owner.namespace:
                items = [item for item in each.spec.limits if item.type == "Container"]
                broken = [text for item in items for one in spec.containers for text in _outside(item, one)]
                if broken:
                    yield _beyond_range(found, each, broken)


def _outside(item: LimitRangeItem, container: Container) -> Iterator[str]:
    limits, requests = limits_of(container), requests_of(container)
    for name, bound in item.max.items():
        if limits.get(name, requests.get(name, 0.0)) > amount(bound):
            yield f"{container.name}: {name} above the maximum {bound}"
    for name, bound in item.min.items():
        if name in requests and requests[name] < amount(bound):
            yield f"{container.name}: {name} below the minimum {bound}"


def _beyond_range(found: Deficit, bounds: LimitRange, broken: list[str]) -> Finding:
    listed = "; ".join(broken[:MAX_FACTS])
    return _finding(
        "limit-range-violated",
        found,
        Text(
            f"{bounds.ref} refuses the pods of {found.workload}: {listed}",
            f"{bounds.ref} 拒绝 {found.workload} 的 Pod:{listed}",
        ),
        [Claim("limit-range-violated", found.workload, 0.9)],
        [fact(bounds, ".spec.limits", listed)],
    )


def pods_beyond_pod_security(inventory: Inventory) -> Iterator[Finding]:
    """A workload lacks pods and its template breaks the pod security standard that the namespace enforces."""
    for found in _lacking(inventory):
        space = inventory.get(Namespace, "", found.owner.namespace)
        level = space.metadata.labels.get("pod-security.kubernetes.io/enforce", "") if space else ""
        broken = violations(level, found.template.spec)
        if space and broken:
            listed = ", ".join(broken)
            yield _finding(
                "pod-security-violated",
                found,
                Text(
                    f"Namespace {space.name} enforces pod security {level}, which the pods of "
                    f"{found.workload} break: {listed}",
                    f"命名空间 {space.name} 强制 Pod 安全标准 {level},{found.workload} 的 Pod 违反了它：{listed}",
                ),
                [Claim("pod-security-violated", found.workload, 0.9)],
                [fact(space, ".metadata.labels[pod-security.kubernetes.io/enforce]", level)],
            )
