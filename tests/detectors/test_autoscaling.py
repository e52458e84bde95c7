"""The family `autoscaling`."""

from __future__ import annotations

from midwatch.detectors.autoscaling import DETECTORS
from midwatch.domain.finding import Finding, Severity
from midwatch.domain.inventory import Inventory
from midwatch.domain.resource import Ref
from tests.builders import causes_of, inventory_of

SCALER = Ref("HorizontalPodAutoscaler", "shop", "cart")
CART = Ref("Deployment", "shop", "cart")
SIZED = "{requests: {cpu: 100m}}"


def scaler(conditions: str = "[]", name: str = "cart", status: str = "") -> str:
    return f"""
kind: HorizontalPodAutoscaler
metadata: {{name: {name}, namespace: shop, creationTimestamp: '2026-01-01T03:00:00Z'}}
spec:
  scaleTargetRef: {{kind: Deployment, name: cart}}
  maxReplicas: 5
  metrics: [{{type: Resource, resource: {{name: cpu, target: {{type: Utilization, averageUtilization: 80}}}}}}]
status: {{conditions: {conditions}{status}}}
"""


def target(resources: str = SIZED) -> str:
    return f"""
kind: Deployment
metadata: {{name: cart, namespace: shop}}
spec: {{template: {{spec: {{containers: [{{name: main, resources: {resources}}}]}}}}}}
"""


def says(kind: str, status: str, reason: str, message: str = "") -> str:
    return f"[{{type: {kind}, status: '{status}', reason: {reason}, message: '{message}'}}]"


def detect(inventory: Inventory) -> list[Finding]:
    return [each for detector in DETECTORS for each in detector(inventory)]


def test_a_working_autoscaler_is_silent() -> None:
    assert detect(inventory_of(scaler(says("ScalingActive", "True", "ValidMetricFound")), target())) == []
    assert detect(inventory_of(scaler(says("ScalingActive", "False", "ScalingDisabled")), target())) == []


def test_a_missing_target_is_told_by_the_lists_or_by_the_condition() -> None:
    assert causes_of(detect(inventory_of(scaler()))) == {"hpa-target-missing"}
    said = says("AbleToScale", "False", "FailedGetScale", 'deployments/scale.apps "cart" not found')
    assert causes_of(detect(inventory_of(scaler(said), denied=["Deployment"]))) == {"hpa-target-missing"}
    assert detect(inventory_of(scaler(), denied=["Deployment"])) == []


def test_missing_metrics_are_told() -> None:
    said = says(
        "ScalingActive", "False", "FailedGetResourceMetric", "unable to fetch metrics from resource metrics API"
    )
    [finding] = detect(inventory_of(scaler(said), target()))
    assert (finding.claims[0].cause, finding.claims[0].culprit, finding.claims[0].strength) == (
        "hpa-metrics-unavailable",
        SCALER,
        0.9,
    )
    unready = says(
        "ScalingActive", "False", "FailedGetResourceMetric", "did not receive metrics for any ready pods"
    )
    assert detect(inventory_of(scaler(unready), target()))[0].claims[0].strength == 0.4


def test_missing_requests_are_told_of_the_workload() -> None:
    said = says(
        "ScalingActive", "False", "FailedGetResourceMetric", "missing request for cpu in container main of Pod x"
    )
    [finding] = detect(inventory_of(scaler(said), target("{}")))
    assert (finding.claims[0].cause, finding.claims[0].culprit) == ("hpa-requests-missing", CART)
    assert causes_of(detect(inventory_of(scaler(), target("{}")))) == {"hpa-requests-missing"}


def test_the_maximum_is_a_warning() -> None:
    said = says("ScalingLimited", "True", "TooManyReplicas")
    [finding] = detect(inventory_of(scaler(said, status=", currentReplicas: 5"), target()))
    assert (finding.claims[0].cause, finding.severity) == ("hpa-at-maximum", Severity.WARNING)
    assert detect(inventory_of(scaler(said, status=", currentReplicas: 2"), target())) == []


def test_two_autoscalers_for_one_target_are_a_conflict() -> None:
    assert causes_of(detect(inventory_of(scaler(), scaler(name="other"), target()))) == {"hpa-conflict"}


def test_a_cluster_autoscaler_at_its_limit_is_told_while_pods_wait() -> None:
    event = """
kind: Event
metadata: {name: e, namespace: shop}
reason: NotTriggerScaleUp
message: "pod didn't trigger scale-up: 1 max node group size reached"
lastTimestamp: '2026-01-01T03:09:00Z'
involvedObject: {kind: Pod, namespace: shop, name: p}
"""
    pod = "{kind: Pod, metadata: {name: p, namespace: shop}, status: {phase: Pending}}"
    assert causes_of(detect(inventory_of(event, pod))) == {"cluster-autoscaler-blocked"}
    assert detect(inventory_of(event, pod.replace("Pending", "Running"))) == []
    assert detect(inventory_of(event)) == []
