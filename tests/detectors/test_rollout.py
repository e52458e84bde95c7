"""The family `rollout`: workloads that do not reach the state they want."""

from __future__ import annotations

from datetime import timedelta

from midwatch.detectors.rollout import DETECTORS
from midwatch.domain.finding import Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.resource import Ref
from tests.builders import NOW, causes_of, inventory_of

CART = Ref("Deployment", "shop", "cart")
YOUNG = NOW - timedelta(minutes=8)


def deployment(spec: str = "replicas: 1", status: str = "", image: str = "cart:2") -> str:
    return f"""
kind: Deployment
metadata: {{name: cart, namespace: shop, creationTimestamp: '2026-01-01T03:00:00Z'}}
spec:
  {spec}
  selector: {{matchLabels: {{app: cart}}}}
  template: {{metadata: {{labels: {{app: cart}}}}, spec: {{containers: [{{name: main, image: '{image}'}}]}}}}
status: {{{status}}}
"""


def replica_set(number: int, replicas: int = 1, have: int = 1) -> str:
    return f"""
kind: ReplicaSet
metadata:
  name: cart-{number}
  namespace: shop
  creationTimestamp: '2026-01-01T03:00:00Z'
  annotations: {{deployment.kubernetes.io/revision: '{number}'}}
  ownerReferences: [{{kind: Deployment, name: cart, controller: true}}]
spec:
  replicas: {replicas}
  template:
    metadata: {{labels: {{app: cart, pod-template-hash: '{number}'}}}}
    spec: {{containers: [{{name: main, image: 'cart:{number}'}}]}}
status: {{replicas: {have}}}
"""


def pod(number: int, ready: bool, waiting: str = "", owner: str = "ReplicaSet", name: str = "") -> str:
    above = f"cart-{number}" if owner == "ReplicaSet" else "cart"
    state = f"{{waiting: {{reason: {waiting}}}}}" if waiting else "{running: {}}"
    return f"""
kind: Pod
metadata:
  name: {name or f"cart-{number}-a"}
  namespace: shop
  labels: {{app: cart}}
  creationTimestamp: '2026-01-01T03:00:00Z'
  ownerReferences: [{{kind: {owner}, name: {above}, controller: true}}]
spec: {{nodeName: a, containers: [{{name: main}}]}}
status: {{phase: Running, containerStatuses: [{{name: main, ready: {str(ready).lower()}, state: {state}}}]}}
"""


def detect(inventory: Inventory) -> list[Finding]:
    return [each for detector in DETECTORS for each in detector(inventory)]


READY = "replicas: 1, readyReplicas: 1, availableReplicas: 1, updatedReplicas: 1"


def test_a_healthy_rollout_is_silent() -> None:
    assert detect(inventory_of(deployment(status=READY), replica_set(2), pod(2, ready=True))) == []


def test_a_pod_that_merely_starts_is_silent_until_it_takes_too_long() -> None:
    starting = deployment(status="replicas: 1"), replica_set(2), pod(2, ready=False, waiting="ContainerCreating")
    assert detect(inventory_of(*starting, now=YOUNG)) == []
    [finding] = detect(inventory_of(*starting))
    assert (finding.claims[0].cause, finding.claims[0].strength) == ("replicas-unavailable", 0.2)


def test_a_failing_pod_is_told_at_once() -> None:
    failing = deployment(status="replicas: 1"), replica_set(2), pod(2, ready=False, waiting="ImagePullBackOff")
    assert causes_of(detect(inventory_of(*failing, now=YOUNG))) == {"replicas-unavailable"}


def test_a_missed_progress_deadline_and_missing_pods_are_told() -> None:
    stuck = "conditions: [{type: Progressing, status: 'False', reason: ProgressDeadlineExceeded, message: slow}]"
    findings = detect(inventory_of(deployment(status=stuck), replica_set(2, have=0)))
    assert causes_of(findings) == {"replicas-unavailable", "rollout-stuck", "pods-not-created"}
    assert causes_of(detect(inventory_of(deployment(), replica_set(2, have=0)))) == {
        "replicas-unavailable",
        "pods-not-created",
    }


def test_stateful_sets_and_daemon_sets_that_lack_pods_are_told() -> None:
    stateful = """
kind: StatefulSet
metadata: {name: cart, namespace: shop, creationTimestamp: '2026-01-01T03:00:00Z'}
spec: {replicas: 3}
status: {replicas: 1, readyReplicas: 0}
"""
    broken = pod(0, ready=False, waiting="CrashLoopBackOff", owner="StatefulSet", name="cart-0")
    assert causes_of(detect(inventory_of(stateful, broken))) == {"replicas-unavailable", "statefulset-blocked"}
    parallel = stateful.replace("replicas: 3", "replicas: 3, podManagementPolicy: Parallel")
    assert "statefulset-blocked" not in causes_of(detect(inventory_of(parallel, broken)))
    daemon = """
kind: DaemonSet
metadata: {name: cart, namespace: shop}
status: {desiredNumberScheduled: 2, currentNumberScheduled: 2, numberReady: 1, numberMisscheduled: 1}
"""
    findings = detect(inventory_of(daemon, broken.replace("StatefulSet", "DaemonSet")))
    assert causes_of(findings) == {"replicas-unavailable", "daemonset-misscheduled"}


SERVICE = (
    "{kind: Service, metadata: {name: cart, namespace: shop}, spec: {selector: {app: cart}, ports: [{port: 80}]}}"
)
CALLER = """
kind: Deployment
metadata: {name: web, namespace: shop}
spec: {replicas: 1, template: {spec: {containers: [{name: main, env: [{name: CART_ADDR, value: 'cart:80'}]}]}}}
status: {replicas: 1, readyReplicas: 1}
"""


def test_zero_replicas_behind_a_service_is_an_error_and_without_one_advice() -> None:
    zero = deployment("replicas: 0")
    [finding] = detect(inventory_of(zero, SERVICE))
    assert (finding.claims[0].cause, finding.claims[0].culprit, finding.claims[0].strength) == (
        "zero-replicas",
        CART,
        0.75,
    )
    [finding] = detect(inventory_of(zero, SERVICE, CALLER))
    assert (finding.severity, finding.claims[0].strength) == (Severity.ERROR, 0.9)
    assert Ref("Deployment", "shop", "web") in finding.affected
    [finding] = detect(inventory_of(zero))
    assert (finding.severity, finding.claims) == (Severity.INFO, ())


def test_zero_replicas_is_fine_when_others_serve_or_a_scaler_may_do_so() -> None:
    zero = deployment("replicas: 0")
    green = """
kind: Pod
metadata: {name: green, namespace: shop, labels: {app: cart}}
status: {phase: Running}
"""
    assert [each.severity for each in detect(inventory_of(zero, SERVICE, green))] == [Severity.INFO]
    keda = """
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: {name: s, namespace: shop}
spec: {scaleTargetRef: {name: cart}}
"""
    assert [each.severity for each in detect(inventory_of(zero, SERVICE, keda))] == [Severity.INFO]


def test_a_new_revision_that_fails_beside_a_good_old_one_is_a_bad_rollout() -> None:
    status = "replicas: 2, readyReplicas: 1, availableReplicas: 1, updatedReplicas: 1"
    bad = pod(2, ready=False, waiting="CrashLoopBackOff")
    findings = detect(
        inventory_of(deployment(status=status), replica_set(1), replica_set(2), pod(1, ready=True), bad)
    )
    [finding] = [each for each in findings if each.claims[0].cause == "bad-rollout"]
    assert finding.claims[0].culprit == CART
    assert [each.value for each in finding.facts] == ["cart:1 -> cart:2"]
    both = pod(1, ready=False, waiting="CrashLoopBackOff"), bad
    assert "bad-rollout" not in causes_of(
        detect(inventory_of(deployment(status=status), replica_set(1), replica_set(2), *both))
    )


def test_a_stateful_set_may_have_a_bad_revision_too() -> None:
    stateful = """
kind: StatefulSet
metadata: {name: cart, namespace: shop}
spec: {replicas: 2}
status: {replicas: 2, readyReplicas: 1, currentRevision: old, updateRevision: new}
"""
    good = pod(0, ready=True, owner="StatefulSet", name="cart-0").replace(
        "app: cart", "controller-revision-hash: old"
    )
    bad = pod(1, ready=False, waiting="ErrImagePull", owner="StatefulSet", name="cart-1")
    assert "bad-rollout" in causes_of(
        detect(inventory_of(stateful, good, bad.replace("app: cart", "controller-revision-hash: new")))
    )


def test_a_paused_deployment_matters_only_with_changes_pending() -> None:
    held = deployment("replicas: 1\n  paused: true", READY, image="cart:3")
    assert causes_of(detect(inventory_of(held, replica_set(2)))) == {"rollout-paused"}
    assert detect(inventory_of(deployment("replicas: 1\n  paused: true", READY), replica_set(2))) == []


def test_a_selector_must_match_its_own_template() -> None:
    wrong = deployment(status=READY).replace("matchLabels: {app: cart}", "matchLabels: {app: card}")
    [finding] = detect(inventory_of(wrong))
    assert (finding.claims[0].cause, finding.status) == ("selector-template-mismatch", Status.ACTIVE)


def test_odd_values_do_no_harm() -> None:
    odd = deployment("replicas: -7", "replicas: -1"), replica_set(0, replicas=-5, have=99), pod(0, ready=False)
    detect(
        inventory_of(*odd, "{kind: DaemonSet, metadata: {name: d}, status: {desiredNumberScheduled: 99999999}}")
    )


def test_a_new_pod_that_no_scheduler_has_looked_at_says_nothing_about_its_revision() -> None:
    status = "replicas: 2, readyReplicas: 1, availableReplicas: 1, updatedReplicas: 1"
    waiting = """
kind: Pod
metadata:
  name: cart-2-a
  namespace: shop
  labels: {app: cart}
  creationTimestamp: '2026-01-01T03:00:00Z'
  ownerReferences: [{kind: ReplicaSet, name: cart-2, controller: true}]
spec: {containers: [{name: main}]}
status: {phase: Pending}
"""
    sets = deployment(status=status), replica_set(1), replica_set(2), pod(1, ready=True)
    assert "bad-rollout" not in causes_of(detect(inventory_of(*sets, waiting)))
    refused = waiting.replace("Pending}", "Pending, conditions: [{type: PodScheduled, status: 'False'}]}")
    assert "bad-rollout" in causes_of(detect(inventory_of(*sets, refused)))
