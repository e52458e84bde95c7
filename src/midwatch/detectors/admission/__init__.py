"""admission: pods that the API server refused to create: quotas, limits, identities, policies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from midwatch.detectors._ages import age, oldest
from midwatch.detectors._deficits import deficits
from midwatch.detectors.admission._admission_specs import (
    full_quota,
    missing_behind_quota,
    missing_priority_class,
    missing_runtime_class,
    missing_service_account,
    pods_beyond_limit_range,
    pods_beyond_pod_security,
    pods_beyond_quota,
)
from midwatch.detectors.admission._refusals import Refusal, read_refusals
from midwatch.detectors.common import MAX_FACTS, condition, event_fact, fact
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Event, ServiceAccount
from midwatch.domain.kube.workloads import DaemonSet, Deployment, Job, ReplicaSet, StatefulSet
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_STALE = 1200
"""Seconds; longer than the longest pause between two attempts (the work queue backs off up to 1000 s)."""
_TRIVIAL = 60
"""Seconds; refusals that end sooner come from objects applied in an unlucky order."""
_OWNERS = ("ReplicaSet", "StatefulSet", "DaemonSet", "Job", "Deployment", "ReplicationController")
_CREATORS = (ReplicaSet, StatefulSet, DaemonSet, Job)


@dataclass(frozen=True, slots=True)
class _Said:
    """One time that the control plane told why a pod could not be created."""

    owner: Ref
    refusal: Refusal
    source: Event | Fact
    first: datetime | None
    last: datetime | None


def refused_creation(inventory: Inventory) -> Iterator[Finding]:
    """A controller could not create pods and recorded the refusal.

    Source: pkg/controller/controller_utils.go (FailedCreate), ReplicaFailure of apps/v1.
    """
    groups: dict[tuple[Ref, str], list[_Said]] = defaultdict(list)
    for said in (*_from_events(inventory), *_from_conditions(inventory)):
        groups[_workload(inventory, said.owner), said.refusal.cause].append(said)
    if not groups:
        return
    lacking = {ref for found in inventory.derive(deficits) for ref in (found.workload, found.owner.ref)}
    for (workload, _), told in groups.items():
        finding = _refused(inventory, workload, told, lacking)
        if finding is not None:
            yield finding


def _from_events(inventory: Inventory) -> Iterator[_Said]:
    for event in inventory.all(Event):
        target = event.involved_object
        if event.reason == "FailedCreate" and target.kind in _OWNERS:
            owner = Ref(target.kind, target.namespace, target.name)
            for refusal in read_refusals(event.message):
                yield _Said(owner, refusal, event, event.first_seen, event.last_seen)


def _from_conditions(inventory: Inventory) -> Iterator[_Said]:
    for each in (*inventory.all(ReplicaSet), *inventory.all(Deployment)):
        found = condition(each.status.conditions, "ReplicaFailure") if each.status.conditions else None
        if found is not None and found.status == "True":
            at = found.last_transition_time
            quoted = fact(each, ".status.conditions[ReplicaFailure].message", found.message, at)
            for refusal in read_refusals(found.message):
                yield _Said(each.ref, refusal, quoted, at, inventory.now)


def _quote(source: Event | Fact) -> Fact:
    return event_fact(source) if isinstance(source, Event) else source


def _workload(inventory: Inventory, owner: Ref) -> Ref:
    found = inventory.find(owner)
    return inventory.workload(found) if found is not None else owner


def _refused(inventory: Inventory, workload: Ref, told: list[_Said], lacking: set[Ref]) -> Finding | None:
    latest = min(told, key=lambda each: _age(inventory, each))
    status = _status(inventory, latest, lacking)
    if status is None or (status is Status.RECOVERED and _is_trivial(inventory, told)):
        return None
    strength = 0.97 if status is Status.ACTIVE and not _is_stale(inventory, latest) else 0.6
    refusal = latest.refusal
    return Finding(
        f"admission/{refusal.cause}",
        workload,
        _message(workload, refusal),
        Severity.ERROR if status is Status.ACTIVE else Severity.WARNING,
        status,
        (Claim(refusal.cause, _culprit(workload, refusal), strength),),
        tuple(dict.fromkeys(_quote(each.source) for each in told[-MAX_FACTS:])),
        (workload,),
        oldest(each.first for each in told),
    )


def _status(inventory: Inventory, said: _Said, lacking: set[Ref]) -> Status | None:
    """Active while its owner lacks pods; recovered when it has them all; None when the owner is gone."""
    if said.refusal.cause == "service-account-missing" and _account_exists(inventory, said):
        return Status.RECOVERED
    if said.owner in lacking:
        return Status.ACTIVE
    if inventory.find(said.owner) is not None:
        return Status.RECOVERED
    structs = {each.KIND: each for each in (*_CREATORS, Deployment)}
    struct = structs.get(said.owner.kind)
    if struct is not None and inventory.knows(struct, said.owner.namespace):
        return None
    return Status.RECOVERED if _is_stale(inventory, said) else Status.ACTIVE


def _account_exists(inventory: Inventory, said: _Said) -> bool:
    return inventory.get(ServiceAccount, said.owner.namespace, said.refusal.name) is not None


def _age(inventory: Inventory, said: _Said) -> float:
    """Seconds since it was said last; unknown counts as now."""
    return age(inventory, said.last) or 0.0


def _is_stale(inventory: Inventory, said: _Said) -> bool:
    return _age(inventory, said) > _STALE


def _is_trivial(inventory: Inventory, told: list[_Said]) -> bool:
    firsts = [age(inventory, each.first) or 0.0 for each in told]
    lasts = [_age(inventory, each) for each in told]
    return max(firsts) - min(lasts) < _TRIVIAL


def _culprit(workload: Ref, refusal: Refusal) -> Ref:
    """The namespace for what its quotas leave, else the workload."""
    if refusal.cause.startswith("quota-") and refusal.cause != "quota-requires-requests":
        return Ref("Namespace", "", workload.namespace)
    if refusal.cause == "namespace-terminating":
        return Ref("Namespace", "", workload.namespace)
    return workload


_REASONS = {
    "service-account-missing": Text("its ServiceAccount {} does not exist", "ServiceAccount {} 不存在"),
    "quota-requires-requests": Text(
        "a ResourceQuota demands requests or limits that its containers lack",
        "ResourceQuota 要求的 requests 或 limits 未在容器中设置",
    ),
    "limit-range-violated": Text("its resources violate a LimitRange", "其资源设置违反了 LimitRange"),
    "pod-security-violated": Text(
        "they violate the pod security standard of the namespace", "它们违反了命名空间的 Pod 安全标准"
    ),
    "admission-webhook-denied": Text("admission webhook {} denied them", "准入 webhook {} 拒绝了它们"),
    "admission-policy-denied": Text(
        "a ValidatingAdmissionPolicy denied them", "ValidatingAdmissionPolicy 拒绝了它们"
    ),
    "priority-class-missing": Text("their PriorityClass does not exist", "其 PriorityClass 不存在"),
    "runtime-class-missing": Text("their RuntimeClass does not exist", "其 RuntimeClass 不存在"),
    "pod-spec-invalid": Text("the API server finds their spec invalid", "API 服务器认为其 spec 无效"),
    "namespace-terminating": Text("the namespace is being deleted", "命名空间正在被删除"),
    "rbac-denied": Text("the controller lacks the right to create them", "控制器没有创建它们的权限"),
}
_OTHER = Text("the API server refuses them", "API 服务器拒绝了它们")


def _message(workload: Ref, refusal: Refusal) -> Text:
    reason = _quota_reason(refusal) if refusal.overruns or refusal.cause.endswith("-exceeded") else None
    reason = reason or _REASONS.get(refusal.cause, _OTHER)
    en, zh = (part.replace("{}", refusal.name or "?") for part in reason)
    return Text(f"Pods of {workload} cannot be created: {en}", f"无法创建 {workload} 的 Pod:{zh}")


def _quota_reason(refusal: Refusal) -> Text:
    en = ", ".join(
        f"{each.resource} requested {each.requested}, used {each.used} of {each.limited}"
        for each in refusal.overruns
    )
    zh = "、".join(
        f"{each.resource} 请求 {each.requested}，已用 {each.used}/{each.limited}" for each in refusal.overruns
    )
    return Text(f"ResourceQuota {{}} is exceeded ({en})", f"超出 ResourceQuota {{}}({zh})")


DETECTORS = (
    refused_creation,
    pods_beyond_quota,
    missing_behind_quota,
    full_quota,
    missing_service_account,
    missing_priority_class,
    missing_runtime_class,
    pods_beyond_limit_range,
    pods_beyond_pod_security,
)
