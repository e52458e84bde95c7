from __future__ import annotations

from midwatch.detectors import lifecycle
from midwatch.domain.finding import Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.resource import Ref
from tests.builders import causes_of, inventory_of

LONG_AGO = "2026-01-01T01:00:00Z"
JUST_NOW = "2026-01-01T03:09:30Z"


def found(inventory: Inventory) -> list[Finding]:
    return [each for detector in lifecycle.DETECTORS for each in detector(inventory)]


def deleted(kind: str, finalizers: str, at: str = LONG_AGO, name: str = "data") -> str:
    return f"""
---
kind: {kind}
metadata: {{name: {name}, namespace: shop, deletionTimestamp: "{at}", finalizers: [{finalizers}]}}
"""


def test_a_finalizer_that_stays_names_who_should_remove_it() -> None:
    finding = found(inventory_of(deleted("Service", "service.kubernetes.io/load-balancer-cleanup")))[0]
    assert causes_of([finding]) == {"finalizer-stuck"}
    assert "cloud controller" in finding.message.en
    unknown = found(inventory_of(deleted("ConfigMap", "backup.example.com/keep")))[0]
    assert "backup.example.com" in unknown.message.en


def test_a_deletion_under_way_is_not_stuck() -> None:
    assert found(inventory_of(deleted("ConfigMap", "a.io/b", JUST_NOW))) == []


def test_objects_with_the_same_finalizer_are_one_finding() -> None:
    both = [deleted("ConfigMap", "a.io/b", name=name) for name in ("one", "two")]
    findings = found(inventory_of(*both))
    assert [len(each.affected) for each in findings] == [2]


def test_a_claim_that_pods_still_use_is_protected_as_intended() -> None:
    claim = deleted("PersistentVolumeClaim", "kubernetes.io/pvc-protection")
    pod = """
---
kind: Pod
metadata: {name: db, namespace: shop}
spec: {volumes: [{name: v, persistentVolumeClaim: {claimName: data}}]}
"""
    assert [each.severity for each in found(inventory_of(claim, pod))] == [Severity.INFO]
    assert [each.severity for each in found(inventory_of(claim))] == [Severity.WARNING]


def namespace(condition: str = "", at: str = LONG_AGO) -> str:
    return f"""
---
kind: Namespace
metadata: {{name: old, deletionTimestamp: "{at}"}}
status: {{phase: Terminating, conditions: [{condition}]}}
"""


def test_a_namespace_that_does_not_end_says_why() -> None:
    left = '{type: NamespaceFinalizersRemaining, status: "True", message: "a.io/b in 1 resource instances"}'
    finding = found(inventory_of(namespace(left)))[0]
    assert "a.io/b" in finding.message.en
    assert found(inventory_of(namespace(at=JUST_NOW))) == []
    assert found(inventory_of("kind: Namespace\nmetadata: {name: shop}\nstatus: {phase: Active}")) == []


def test_a_broken_aggregated_api_is_blamed_for_its_namespace() -> None:
    said = (
        '{type: NamespaceDeletionDiscoveryFailure, status: "True", message: "Discovery failed for some groups, '
        '1 failing: unable to retrieve the complete list of server APIs: metrics.k8s.io/v1beta1: stale"}'
    )
    claims = found(inventory_of(namespace(said)))[0].claims
    assert Ref("APIService", "", "v1beta1.metrics.k8s.io") in [each.culprit for each in claims]


def pod(at: str = LONG_AGO, more: str = "") -> str:
    return f"""
---
kind: Pod
metadata: {{name: web, namespace: shop, deletionTimestamp: "{at}"{more}}}
spec: {{nodeName: n1}}
status: {{phase: Running}}
"""


def node(ready: str) -> str:
    return (
        f'---\nkind: Node\nmetadata: {{name: n1}}\nstatus: {{conditions: [{{type: Ready, status: "{ready}"}}]}}\n'
    )


def test_a_pod_that_outlives_its_deletion_blames_a_dead_node() -> None:
    assert causes_of(found(inventory_of(pod(), node("Unknown")))) == {"node-not-ready"}
    assert "container-runtime-unavailable" in causes_of(found(inventory_of(pod(), node("True"))))
    assert found(inventory_of(pod(JUST_NOW), node("True"))) == []


def test_an_object_whose_owner_is_gone_is_advice() -> None:
    orphan = """
kind: ConfigMap
metadata:
  name: c
  namespace: shop
  creationTimestamp: "2026-01-01T01:00:00Z"
  ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: gone}]
"""
    findings = found(inventory_of(orphan))
    assert [(each.severity, each.status) for each in findings] == [(Severity.INFO, Status.LATENT)]
    owner = "---\nkind: Deployment\nmetadata: {name: gone, namespace: shop}\n"
    assert found(inventory_of(orphan, owner)) == []
    assert found(inventory_of(orphan, denied=["Deployment"])) == []
    assert found(inventory_of(orphan.replace("apps/v1", "other.io/v1"))) == []
