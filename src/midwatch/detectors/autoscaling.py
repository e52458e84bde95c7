"""autoscaling: HorizontalPodAutoscalers that cannot scale, and a cluster autoscaler that adds no node."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from midwatch.detectors._ages import older_than
from midwatch.detectors._amounts import requests_of
from midwatch.detectors.common import MAX_FACTS, condition, event_fact, fact
from midwatch.domain.finding import Claim, Fact, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Event
from midwatch.domain.kube.meta import Condition, KubeObject
from midwatch.domain.kube.pods import Pod
from midwatch.domain.kube.workloads import (
    Deployment,
    HorizontalPodAutoscaler,
    ReplicaSet,
    StatefulSet,
)
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_SETTLED = 120
_LATELY = 900
_TARGETS: dict[str, type[KubeObject]] = {each.KIND: each for each in (Deployment, StatefulSet, ReplicaSet)}
_FULL = ("max node group size reached", "max cluster", "in backoff after failed scale-up", "max total nodes")
_UNREADY = ("did not receive metrics for", "no recommendation", "unready")


def _target(found: HorizontalPodAutoscaler) -> Ref:
    return Ref(found.spec.scale_target_ref.kind, found.namespace, found.spec.scale_target_ref.name)


def _finding(
    found: HorizontalPodAutoscaler,
    claim: Claim,
    message: Text,
    facts: Sequence[Fact],
    status: Status = Status.ACTIVE,
) -> Finding:
    return Finding(
        f"autoscaling/{claim.cause}",
        found.ref,
        message,
        Severity.WARNING,
        status,
        (claim,),
        tuple(facts),
        (_target(found),),
    )


def _settled(inventory: Inventory) -> Iterator[HorizontalPodAutoscaler]:
    for each in inventory.all(HorizontalPodAutoscaler):
        if older_than(inventory, each.metadata.creation_timestamp, _SETTLED, unknown=True):
            yield each


def missing_target(inventory: Inventory) -> Iterator[Finding]:
    """An autoscaler scales what does not exist. Source: pkg/controller/podautoscaler (FailedGetScale)."""
    for each in _settled(inventory):
        target = _target(each)
        struct = _TARGETS.get(target.kind)
        able = condition(each.status.conditions, "AbleToScale")
        said = able is not None and able.status == "False" and "not found" in able.message
        gone = struct is not None and inventory.knows(struct, target.namespace) and target not in inventory.by_ref
        if target.name and (gone or (said and target not in inventory.by_ref)):
            facts = [fact(each, ".spec.scaleTargetRef", f"{target.kind}/{target.name}")]
            yield _finding(
                each,
                Claim("hpa-target-missing", each.ref, 0.97 if said else 0.9),
                Text(
                    f"{each.ref} scales {target}, which does not exist", f"{each.ref} 的伸缩目标 {target} 不存在"
                ),
                facts + ([_quoted(each, able)] if able and said else []),
            )


def _quoted(found: HorizontalPodAutoscaler, said: Condition) -> Fact:
    return fact(
        found, f".status.conditions[{said.type}]", f"{said.reason}: {said.message}", said.last_transition_time
    )


def failing_metrics(inventory: Inventory) -> Iterator[Finding]:
    """An autoscaler gets no metrics. Source: pkg/controller/podautoscaler/horizontal.go (ScalingActive)."""
    for each in _settled(inventory):
        active = condition(each.status.conditions, "ScalingActive")
        if active is None or active.status != "False" or active.reason in ("ScalingDisabled", ""):
            continue
        if "missing request for" in active.message or _unrequested(inventory, each):
            continue
        unready = any(word in active.message for word in _UNREADY)
        yield _finding(
            each,
            Claim("hpa-metrics-unavailable", each.ref, 0.4 if unready else 0.9),
            Text(
                f"{each.ref} gets no metrics and cannot scale ({active.reason})",
                f"{each.ref} 获取不到指标，无法伸缩({active.reason})",
            ),
            [_quoted(each, active)],
        )


def missing_requests(inventory: Inventory) -> Iterator[Finding]:
    """Utilization is measured against requests that the containers do not set. Source: docs: HPA algorithm."""
    for each in inventory.all(HorizontalPodAutoscaler):
        active = condition(each.status.conditions, "ScalingActive")
        said = active is not None and active.status == "False" and "missing request for" in active.message
        lacking = _unrequested(inventory, each)
        if said or lacking:
            listed = ", ".join(lacking) or "see the condition"
            strength = 0.97 if said else (0.9 if active is not None and active.status == "False" else 0.5)
            yield _finding(
                each,
                Claim("hpa-requests-missing", _target(each), strength),
                Text(
                    f"{each.ref} scales by utilization, but containers of {_target(each)} set no requests: "
                    f"{listed}",
                    f"{each.ref} 按利用率伸缩，但 {_target(each)} 的容器未设置 requests：{listed}",
                ),
                [*([_quoted(each, active)] if active and said else []), fact(each, ".spec.metrics", listed)],
                Status.ACTIVE if said or strength > 0.5 else Status.LATENT,
            )


def _unrequested(inventory: Inventory, found: HorizontalPodAutoscaler) -> list[str]:
    """Containers (of a known template) that lack a request which a utilization metric needs."""
    target = inventory.find(_target(found))
    if not isinstance(target, Deployment | StatefulSet | ReplicaSet):
        return []
    names = [
        metric.resource.name
        for metric in found.spec.metrics
        if metric.type == "Resource" and metric.resource and metric.resource.target.type == "Utilization"
    ]
    containers = target.spec.template.spec.containers
    return [f"{each.name}: {name}" for name in names for each in containers if not requests_of(each).get(name)]


def at_maximum(inventory: Inventory) -> Iterator[Finding]:
    """An autoscaler wants more replicas than it may have. Source: ScalingLimited, TooManyReplicas."""
    for each in inventory.all(HorizontalPodAutoscaler):
        limited = condition(each.status.conditions, "ScalingLimited")
        told = limited is not None and limited.status == "True" and limited.reason == "TooManyReplicas"
        if told and limited is not None and each.status.current_replicas >= each.spec.max_replicas > 1:
            yield _finding(
                each,
                Claim("hpa-at-maximum", each.ref, 0.5),
                Text(
                    f"{each.ref} is at its maximum of {each.spec.max_replicas} replicas and wants more",
                    f"{each.ref} 已达最大副本数 {each.spec.max_replicas}，且仍需更多",
                ),
                [_quoted(each, limited), fact(each, ".spec.maxReplicas", each.spec.max_replicas)],
            )


def conflicts(inventory: Inventory) -> Iterator[Finding]:
    """Two autoscalers scale one workload against each other. Source: docs: HPA, AmbiguousSelector."""
    groups: dict[Ref, list[HorizontalPodAutoscaler]] = defaultdict(list)
    for each in inventory.all(HorizontalPodAutoscaler):
        groups[_target(each)].append(each)
    for target, found in groups.items():
        if target.name and len(found) > 1:
            names = ", ".join(each.name for each in found)
            yield _finding(
                found[0],
                Claim("hpa-conflict", found[0].ref, 0.75),
                Text(f"Several autoscalers scale {target}: {names}", f"{target} 被多个自动伸缩器控制：{names}"),
                [fact(each, ".spec.scaleTargetRef", str(target)) for each in found[:MAX_FACTS]],
            )


def no_scale_up(inventory: Inventory) -> Iterator[Finding]:
    """The cluster autoscaler cannot add the node that pods wait for. Source: cluster-autoscaler FAQ (events)."""
    groups: dict[Ref, list[Event]] = defaultdict(list)
    for event in inventory.all(Event):
        if event.reason != "NotTriggerScaleUp" or not any(word in event.message for word in _FULL):
            continue
        pod = inventory.get(Pod, event.involved_object.namespace, event.involved_object.name)
        waits = pod is not None and not pod.spec.node_name and pod.status.phase == "Pending"
        if pod is not None and waits and not older_than(inventory, event.last_seen, _LATELY, unknown=False):
            groups[inventory.workload(pod)].append(event)
    for workload, events in groups.items():
        yield Finding(
            "autoscaling/cluster-autoscaler-blocked",
            workload,
            Text(
                f"The cluster autoscaler adds no node for {workload}: its node groups are at their limit",
                f"集群自动伸缩器未为 {workload} 增加节点：节点组已达上限",
            ),
            Severity.WARNING,
            claims=(Claim("cluster-autoscaler-blocked", workload, 0.4),),
            facts=tuple(event_fact(each) for each in events[:MAX_FACTS]),
            affected=(workload,),
        )


DETECTORS = (missing_target, failing_metrics, missing_requests, at_maximum, conflicts, no_scale_up)
