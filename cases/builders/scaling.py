"""Autoscalers and disruption budgets."""

from __future__ import annotations

from datetime import timedelta

from cases.builders.world import BORN, NOW, CaseSpec, World, of
from midwatch.domain.resource import Ref
from midwatch.evals.synthetic.events import event
from midwatch.evals.synthetic.scaling import autoscaler, budget
from midwatch.evals.synthetic.values import Obj, condition, name_of, part

_STARTED = NOW - timedelta(minutes=42)


def metrics_missing(w: World) -> Ref:
    """The target has no CPU request, so there is no percentage to compute."""
    requests = {"memory": "128Mi"} if w.broken else {"cpu": "100m", "memory": "128Mi"}
    made = w.app("ranking", "sport", 6710, requests=requests)
    why = "failed to get cpu utilization: missing request for cpu in container ranking of Pod " + name_of(
        made.pods[0]
    )
    _scaler(w, "ranking", "sport", "FailedGetResourceMetric", why)
    return of("Deployment", made)


def metrics_unavailable(w: World) -> Ref:
    w.app("scoreboard", "sport", 6720)
    why = (
        "failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from "
        "resource "
        "metrics API: the server is currently unable to handle the request (get pods.metrics.k8s.io)"
    )
    _scaler(w, "scoreboard", "sport", "FailedGetResourceMetric", why)
    if w.broken:
        found = w.base("APIService", "", "v1beta1.metrics.k8s.io")
        message = (
            "failing or missing response from https://10.240.3.9:10250/apis/metrics.k8s.io/v1beta1: i/o timeout"
        )
        down = condition("Available", "False", NOW - timedelta(minutes=20), "FailedDiscoveryCheck", message)
        w.add(found | {"status": {"conditions": [down]}})
        return Ref("APIService", "", "v1beta1.metrics.k8s.io")
    return Ref("APIService", "", "v1beta1.metrics.k8s.io")


def target_missing(w: World) -> Ref:
    """The Deployment was renamed; the autoscaler was not."""
    w.app("league-api", "sport", 6730)
    target = "league" if w.broken else "league-api"
    why = (
        'the HPA controller was unable to get the target\'s current scale: deployments/scale.apps "league" '
        "not found"
    )
    at = NOW - timedelta(minutes=40)
    conditions = [condition("AbleToScale", "False", at, "FailedGetScale", why)] if w.broken else None
    found = autoscaler(
        "league",
        "sport",
        target,
        BORN,
        replicas=0 if w.broken else 2,
        least=2,
        most=6,
        use=None if w.broken else 40,
        conditions=conditions,
    )
    w.add(found)
    if w.broken:
        w.warn(
            found,
            "FailedGetScale",
            'deployments/scale.apps "league" not found',
            count=160,
            source="horizontal-pod-autoscaler",
        )
    return of("HorizontalPodAutoscaler", found)


def at_maximum(w: World) -> Ref:
    w.app("checkin", "flights", 6740, replicas=4)
    at = NOW - timedelta(minutes=50)
    limited = condition(
        "ScalingLimited",
        "True",
        at,
        "TooManyReplicas",
        "the desired replica count is more than the maximum replica count",
    )
    working = [
        condition("AbleToScale", "True", at, "ReadyForNewScale", "recommended size matches current size"),
        condition(
            "ScalingActive",
            "True",
            at,
            "ValidMetricFound",
            "the HPA was able to successfully calculate a replica count from cpu resource utilization "
            "(percentage of request)",
        ),
        limited,
    ]
    w.add(
        autoscaler(
            "checkin",
            "flights",
            "checkin",
            BORN,
            replicas=4,
            least=2,
            most=4 if w.broken else 12,
            use=168 if w.broken else 61,
            conditions=working if w.broken else None,
        )
    )
    return Ref("HorizontalPodAutoscaler", "flights", "checkin")


def _scaler(w: World, name: str, space: str, reason: str, why: str) -> None:
    at = NOW - timedelta(minutes=40)
    told = "the HPA was unable to compute the replica count: " + why
    conditions = [
        condition(
            "AbleToScale",
            "True",
            at,
            "SucceededGetScale",
            "the HPA controller was able to get the target's current scale",
        ),
        condition("ScalingActive", "False", at, reason, told),
    ]
    found = autoscaler(
        name,
        space,
        name,
        BORN,
        replicas=2,
        least=2,
        most=6,
        use=None if w.broken else 40,
        conditions=conditions if w.broken else None,
    )
    w.add(found)
    if w.broken:
        source = "horizontal-pod-autoscaler"
        w.warn(found, reason, why, count=160, source=source)
        message = f"invalid metrics (1 invalid out of 1), first error is: {why}"
        w.warn(found, "FailedComputeMetricsReplicas", message, count=160, source=source)


def budget_blocks(w: World) -> Ref:
    """A node is being drained since an hour; the budget never lets its last pod go."""
    node = w.base("Node", "", w.worker(0).name)
    if w.broken:
        mark: Obj = {
            "key": "node.kubernetes.io/unschedulable",
            "effect": "NoSchedule",
            "timeAdded": "2026-02-10T08:31:00Z",
        }
        w.add(node | {"spec": part(node, "spec") | {"unschedulable": True, "taints": [mark]}})
        told = f"Node {name_of(node)} status is now: NodeNotSchedulable"
        w.events.append(event(node, "NodeNotSchedulable", told, last=NOW - timedelta(minutes=59)))
    w.app("licence", "legal", 6750, replicas=1 if w.broken else 2, place=w.worker(0) if w.broken else None)
    healthy = 1 if w.broken else 2
    w.add(budget("licence", "legal", {"app": "licence"}, BORN, healthy=healthy, minAvailable=1))
    return Ref("PodDisruptionBudget", "legal", "licence")


CASES = (
    CaseSpec(
        "hpa-requests-missing",
        "hpa-requests-missing",
        "No request, no percentage",
        metrics_missing,
        accept=("hpa-metrics-unavailable",),
    ),
    CaseSpec(
        "hpa-metrics-unavailable",
        "api-service-unavailable",
        "The metrics API does not answer",
        metrics_unavailable,
        accept=("hpa-metrics-unavailable",),
    ),
    CaseSpec("hpa-target-missing", "hpa-target-missing", "The target was renamed", target_missing),
    CaseSpec("hpa-at-maximum", "hpa-at-maximum", "The autoscaler wants more than it may", at_maximum),
    CaseSpec(
        "pdb-blocks-eviction", "pdb-blocks-eviction", "A budget over one replica blocks a drain", budget_blocks
    ),
)
