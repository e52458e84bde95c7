from __future__ import annotations

from typing import Any

from midwatch.lab.core.kinds import DEPLOYMENT, HPA
from midwatch.lab.core.objects import condition_of, spec, status, with_status
from tests.lab.controllers.cluster.hands import Lab

UTILIZATION = {
    "type": "Resource",
    "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}},
}


def autoscaled(cpu: float, *, pods: int = 2, metric: dict[str, Any] = UTILIZATION, **body: Any) -> Lab:
    """A Deployment of two pods that ask for 100m and use so much, with an autoscaler."""
    lab = Lab()
    lab.node("node-1")
    selector = {"matchLabels": {"app": "web"}}
    made = lab.add(DEPLOYMENT, "web", spec={"replicas": pods, "selector": selector})
    lab.env.registry.update_status(DEPLOYMENT, with_status(made, replicas=pods))
    for index in range(pods):
        lab.pod(f"web-{index}")
    lab.run()
    for index in range(pods):
        lab.ready(f"web-{index}", f"10.244.0.{index + 2}")
        lab.process(f"web-{index}", cpu=cpu)
    lab.run(60)
    ref = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}
    lab.add(
        HPA, "web", spec={"scaleTargetRef": ref, "minReplicas": 1, "maxReplicas": 5, "metrics": [metric], **body}
    )
    return lab


def says(lab: Lab, kind: str) -> tuple[str, str, str]:
    found = condition_of(lab.get(HPA, "web"), kind) or {}
    return found["status"], found["reason"], found["message"]


def test_busy_pods_are_scaled_up() -> None:
    lab = autoscaled(0.1)
    lab.run(20)
    assert spec(lab.get(DEPLOYMENT, "web"))["replicas"] == 4
    expected = "New size: 4; reason: cpu resource utilization (percentage of request) above target"
    assert lab.events("SuccessfulRescale") == [expected]
    assert status(lab.get(HPA, "web"))["currentMetrics"][0]["resource"]["current"]["averageUtilization"] == 100


def test_a_use_near_the_target_changes_nothing() -> None:
    lab = autoscaled(0.052)
    lab.run(20)
    assert spec(lab.get(DEPLOYMENT, "web"))["replicas"] == 2
    assert says(lab, "ScalingActive")[:2] == ("True", "ValidMetricFound")
    assert says(lab, "AbleToScale")[1] == "ReadyForNewScale"


def test_idle_pods_are_scaled_down_only_after_the_window() -> None:
    lab = autoscaled(0.01)
    lab.run(20)
    assert spec(lab.get(DEPLOYMENT, "web"))["replicas"] == 1
    lab = autoscaled(0.1, maxReplicas=2)
    lab.run(20)
    for index in range(2):
        lab.process(f"web-{index}", cpu=0.01)
    lab.run(100)
    assert says(lab, "AbleToScale")[1] == "ScaleDownStabilized"
    lab.run(300)
    assert spec(lab.get(DEPLOYMENT, "web"))["replicas"] == 1


def test_the_maximum_is_a_limit_that_shows() -> None:
    lab = autoscaled(0.1, maxReplicas=3)
    lab.run(20)
    assert spec(lab.get(DEPLOYMENT, "web"))["replicas"] == 3
    message = "the desired replica count is more than the maximum replica count"
    assert says(lab, "ScalingLimited") == ("True", "TooManyReplicas", message)


def test_a_target_that_does_not_exist_is_named() -> None:
    ref = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "wbe"}
    lab = autoscaled(0.1, scaleTargetRef=ref)
    lab.run(20)
    message = 'the HPA controller was unable to get the target\'s current scale: deployments.apps "wbe" not found'
    assert says(lab, "AbleToScale") == ("False", "FailedGetScale", message)


def test_without_a_metrics_server_nothing_can_be_computed() -> None:
    lab = autoscaled(0.1)
    lab.env.components.stop("metrics-server")
    lab.run(20)
    message = (
        "the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics "
        "for resource cpu: unable to fetch metrics from resource metrics API: the server is currently unable to "
        "handle the request (get pods.metrics.k8s.io)"
    )
    assert says(lab, "ScalingActive") == ("False", "FailedGetResourceMetric", message)
    assert len(lab.events("FailedComputeMetricsReplicas")) == 1


def test_a_missing_request_is_named_with_its_container_and_pod() -> None:
    metric = {
        "type": "Resource",
        "resource": {"name": "memory", "target": {"type": "Utilization", "averageUtilization": 50}},
    }
    lab = autoscaled(0.1, metric=metric)
    lab.run(20)
    assert says(lab, "ScalingActive")[2].endswith("missing request for memory in container app of Pod web-0")


def test_external_metrics_need_an_adapter() -> None:
    target = {"type": "AverageValue", "averageValue": "5"}
    lab = autoscaled(0.1, metric={"type": "External", "external": {"metric": {"name": "queue"}, "target": target}})
    lab.run(20)
    state, reason, message = says(lab, "ScalingActive")
    assert (state, reason) == ("False", "FailedGetExternalMetric")
    assert "the server could not find the requested resource (get queue.external.metrics.k8s.io)" in message
