from __future__ import annotations

import pytest

from midwatch.detectors import controlplane
from midwatch.domain.finding import Finding, Severity
from midwatch.domain.inventory import Inventory
from midwatch.domain.resource import Ref
from tests.builders import causes_of, inventory_of


def found(inventory: Inventory) -> list[Finding]:
    return [each for detector in controlplane.DETECTORS for each in detector(inventory)]


MASTER = """
---
kind: Node
metadata: {name: cp1, labels: {node-role.kubernetes.io/control-plane: ""}}
status: {conditions: [{type: Ready, status: "True"}]}
"""


def component(name: str, ready: str, on: str = "cp1") -> str:
    return f"""
---
kind: Pod
metadata: {{name: {name}-{on}, namespace: kube-system, labels: {{component: {name}}}}}
spec: {{nodeName: {on}, containers: [{{name: {name}}}]}}
status:
  phase: Running
  conditions: [{{type: Ready, status: "{ready}", lastTransitionTime: "2026-01-01T03:00:00Z"}}]
"""


@pytest.mark.parametrize("name", ["kube-scheduler", "kube-controller-manager", "kube-apiserver", "etcd"])
def test_a_component_that_is_not_ready_blames_its_node(name: str) -> None:
    finding = found(inventory_of(MASTER, component(name, "False")))[0]
    assert finding.severity is Severity.ERROR
    assert finding.claims[0].culprit == Ref("Node", "", "cp1")
    assert found(inventory_of(MASTER, component(name, "True"))) == []


def test_one_of_several_instances_is_only_a_warning() -> None:
    two = inventory_of(component("etcd", "False"), component("etcd", "True", "cp2"))
    assert [each.severity for each in found(two)] == [Severity.WARNING]


def lease(name: str, renewed: str, holder: str = "cp1_8d1c", namespace: str = "kube-system") -> str:
    return f"""
---
kind: Lease
metadata: {{name: {name}, namespace: {namespace}}}
spec: {{holderIdentity: "{holder}", leaseDurationSeconds: 15, renewTime: "{renewed}"}}
"""


def test_a_leader_lease_that_falls_behind_blames_the_holder() -> None:
    fresh = lease("n1", "2026-01-01T03:09:58Z", namespace="kube-node-lease")
    stale = inventory_of(MASTER, fresh, lease("kube-scheduler", "2026-01-01T03:05:00Z"))
    finding = found(stale)[0]
    assert finding.claims[0].culprit == Ref("Node", "", "cp1")
    assert "kube-scheduler-unavailable" in causes_of([finding])
    assert found(inventory_of(MASTER, fresh, lease("kube-scheduler", "2026-01-01T03:09:50Z"))) == []


def test_a_released_lease_is_laid_at_the_only_control_plane_node() -> None:
    fresh = lease("n1", "2026-01-01T03:09:58Z", namespace="kube-node-lease")
    finding = found(inventory_of(MASTER, fresh, lease("kube-scheduler", "2026-01-01T03:05:00Z", "")))[0]
    assert finding.claims[0].culprit == Ref("Node", "", "cp1")


def test_leases_of_an_old_dump_are_not_stale() -> None:
    assert found(inventory_of(MASTER, lease("kube-scheduler", "2025-01-01T03:05:00Z"))) == []


PENDING = """
---
kind: Pod
metadata: {name: waiting, namespace: shop, creationTimestamp: "2026-01-01T03:05:00Z"}
spec: {containers: [{name: c}]}
status: {phase: Pending}
"""


def scheduler_event(reason: str, pod: str, at: str) -> str:
    return f"""
---
kind: Event
metadata: {{name: e-{pod}-{reason}, namespace: shop}}
involvedObject: {{kind: Pod, name: {pod}, namespace: shop}}
reason: {reason}
lastTimestamp: "{at}"
"""


def test_pending_pods_that_nobody_considered_blame_the_scheduler() -> None:
    assert "kube-scheduler-unavailable" in causes_of(found(inventory_of(MASTER, PENDING)))


def test_a_pod_that_the_scheduler_looked_at_does_not() -> None:
    looked = PENDING.replace(
        "{phase: Pending}", '{phase: Pending, conditions: [{type: PodScheduled, status: "False"}]}'
    )
    assert found(inventory_of(MASTER, looked)) == []
    failed = scheduler_event("FailedScheduling", "waiting", "2026-01-01T03:06:00Z")
    assert found(inventory_of(MASTER, PENDING, failed)) == []


def test_a_scheduler_that_placed_another_pod_later_is_alive() -> None:
    placed = scheduler_event("Scheduled", "other", "2026-01-01T03:08:00Z")
    assert found(inventory_of(MASTER, PENDING, placed)) == []


def test_gated_young_and_partly_known_pods_prove_nothing() -> None:
    gated = PENDING.replace("containers:", "schedulingGates: [{name: g}], containers:")
    young = PENDING.replace("03:05:00", "03:09:50")
    row = PENDING.replace("containers: [{name: c}]", "")
    assert found(inventory_of(MASTER, gated)) == []
    assert found(inventory_of(MASTER, young)) == []
    assert found(inventory_of(MASTER, row)) == []


def deployment(name: str, generation: int, observed: int, more: str = "") -> str:
    return f"""
---
kind: Deployment
metadata:
  name: {name}
  namespace: shop
  generation: {generation}
  creationTimestamp: "2026-01-01T02:00:00Z"
spec: {{replicas: 1}}
status: {{observedGeneration: {observed}{more}}}
"""


def test_several_workloads_that_nobody_observes_blame_the_controllers() -> None:
    seen = ", conditions: [{type: Available}]"
    lagging = inventory_of(MASTER, deployment("a", 3, 2, seen), deployment("b", 2, 1, seen))
    assert causes_of(found(lagging)) == {"kube-controller-manager-unavailable"}
    fine = inventory_of(MASTER, deployment("a", 3, 3, seen), deployment("b", 2, 2, seen))
    assert found(fine) == []


def test_a_deployment_that_was_never_taken_up_blames_them_too() -> None:
    rules = {each.rule for each in found(inventory_of(MASTER, deployment("a", 1, 0)))}
    assert rules == {"controlplane/untouched-deployment"}
    assert found(inventory_of(MASTER, deployment("a", 1, 0), denied=["ReplicaSet"])) == []


API = """
---
kind: APIService
apiVersion: apiregistration.k8s.io/v1
metadata: {name: v1beta1.metrics.k8s.io}
spec: {service: {name: metrics-server, namespace: kube-system}}
status: {conditions: [{type: Available, status: "False", reason: MissingEndpoints, message: no addresses}]}
"""


def test_an_aggregated_api_without_a_server_is_unavailable() -> None:
    missing = found(inventory_of(API))[0]
    assert "does not exist" in missing.message.en
    assert "does not exist" not in found(inventory_of(API, denied=["Service"]))[0].message.en
    assert found(inventory_of(API.replace('"False"', '"True"'))) == []
