"""What changed, when, by whom and in which fields."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from midwatch.domain.hypothesis import Change
from midwatch.domain.inventory import build_inventory
from midwatch.domain.kube.cluster import Namespace
from midwatch.domain.kube.meta import ObjectMeta
from midwatch.domain.resource import Ref
from midwatch.knowledge.changes import changes
from tests.builders import NOW, inventory_of

START = NOW - timedelta(hours=2)

DEPLOYMENT = """
kind: Deployment
metadata:
  name: web
  namespace: shop
  creationTimestamp: "2025-12-01T00:00:00Z"
  managedFields:
  - {manager: kubectl-set, operation: Update, time: "2026-01-01T02:59:59Z"}
  - {manager: kube-controller-manager, operation: Update, subresource: status, time: "2026-01-01T03:09:00Z"}
"""

REPLICA_SET = """
kind: ReplicaSet
metadata:
  name: web-{number}
  namespace: shop
  creationTimestamp: "{time}"
  annotations: {{deployment.kubernetes.io/revision: "{revision}"}}
  ownerReferences: [{{kind: Deployment, name: web, controller: true}}]
spec:
  template:
    metadata:
      labels: {{app: web, pod-template-hash: "{number}"}}
    spec:
      containers:
      - name: web
        image: registry/web:{number}
        args: ["--verbose", "--password", "arg-{number}"]
        env:
        - {{name: DB_PASSWORD, value: "plain-{number}"}}
        - {{name: DB_URL, value: "postgres://app:word-{number}@db:5432/app"}}
        - {{name: MODE, value: fast}}
"""


def replica_set(number: int, time: str, revision: int | None = None) -> str:
    return REPLICA_SET.format(number=number, time=time, revision=number if revision is None else revision)


def found(*manifests: str, start: datetime = START) -> tuple[Change, ...]:
    return changes(inventory_of(*manifests), start, NOW)


def test_a_rollout_lists_the_changed_fields_and_names_the_writer_once() -> None:
    (change,) = found(DEPLOYMENT, replica_set(1, "2025-12-01T00:00:00Z"), replica_set(2, "2026-01-01T03:00:00Z"))
    assert change.subject == Ref("Deployment", "shop", "web")
    assert change.at == datetime(2026, 1, 1, 3, 0, tzinfo=UTC)
    assert change.what == "rolled out revision 2 (by kubectl-set)"
    assert ".spec.template.spec.containers[web].image: registry/web:1 -> registry/web:2" in change.fields
    assert not any("hash" in each for each in change.fields)
    assert not any("MODE" in each for each in change.fields)


def test_values_that_look_like_secrets_are_masked() -> None:
    (change,) = found(DEPLOYMENT, replica_set(1, "2025-12-01T00:00:00Z"), replica_set(2, "2026-01-01T03:00:00Z"))
    text = "\n".join(change.fields)
    assert ".spec.template.spec.containers[web].env[DB_PASSWORD].value: *** -> ***" in text
    assert "postgres://***@db:5432/app" in text
    assert '["--verbose","--password","***"]' in text
    assert not any(secret in text for secret in ("plain-", "word-", "arg-"))


def test_a_rollback_counts_from_the_write_that_asked_for_it() -> None:
    (change,) = found(
        DEPLOYMENT,
        replica_set(1, "2025-12-01T00:00:00Z", revision=3),
        replica_set(2, "2025-12-02T00:00:00Z", revision=2),
    )
    assert change.at == datetime(2026, 1, 1, 2, 59, 59, tzinfo=UTC)
    assert change.what.startswith("rolled out revision 3")
    assert ".spec.template.spec.containers[web].image: registry/web:2 -> registry/web:1" in change.fields


def test_added_and_removed_parts_are_shown_as_absent_on_the_other_side() -> None:
    before = replica_set(1, "2025-12-01T00:00:00Z")
    after = before.replace("name: MODE, value: fast", "name: LEVEL, value: high")
    after = after.replace("web-1", "web-2").replace('revision: "1"', 'revision: "2"')
    (change,) = found(DEPLOYMENT, before, after.replace("2025-12-01T00:00:00Z", "2026-01-01T03:00:00Z"))
    assert change.fields == (
        ".spec.template.spec.containers[web].env[LEVEL].value: (absent) -> high",
        ".spec.template.spec.containers[web].env[MODE].value: fast -> (absent)",
    )


def test_writes_are_reported_by_manager_and_bookkeeping_is_not() -> None:
    (change,) = found("""
kind: ConfigMap
metadata:
  name: app
  namespace: shop
  creationTimestamp: "2025-12-01T00:00:00Z"
  managedFields:
  - {manager: helm, operation: Update, time: "2025-12-01T00:00:00Z"}
  - {manager: kubectl-edit, operation: Update, time: "2026-01-01T03:00:00Z"}
  - {manager: kube-controller-manager, operation: Update, time: "2026-01-01T03:01:00Z"}
""")
    assert (change.subject, change.what) == (Ref("ConfigMap", "shop", "app"), "updated by kubectl-edit")


def test_new_policies_and_deletions_are_changes_but_pods_of_controllers_are_not() -> None:
    result = found("""
kind: NetworkPolicy
metadata:
  name: deny
  namespace: shop
  creationTimestamp: "2026-01-01T03:00:00Z"
  managedFields: [{manager: argocd, operation: Apply, time: "2026-01-01T03:00:00Z"}]
---
kind: Namespace
metadata: {name: old, deletionTimestamp: "2026-01-01T03:05:00Z"}
---
kind: Pod
metadata:
  name: web-1
  namespace: shop
  creationTimestamp: "2026-01-01T03:00:00Z"
  deletionTimestamp: "2026-01-01T03:05:00Z"
  ownerReferences: [{kind: ReplicaSet, name: web, controller: true}]
""")
    assert [(each.subject.kind, each.what) for each in result] == [
        ("NetworkPolicy", "created by argocd"),
        ("Namespace", "deletion requested"),
    ]


def test_nodes_and_autoscalers_tell_their_own_times() -> None:
    result = found("""
kind: Node
metadata: {name: n1}
spec: {taints: [{key: node.kubernetes.io/unreachable, effect: NoExecute, timeAdded: "2026-01-01T03:02:00Z"}]}
status:
  conditions:
  - {type: Ready, status: Unknown, reason: NodeStatusUnknown, lastTransitionTime: "2026-01-01T03:01:00Z"}
---
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: shop}
spec: {scaleTargetRef: {kind: Deployment, name: web}}
status: {lastScaleTime: "2026-01-01T03:03:00Z", desiredReplicas: 8}
""")
    assert [(str(each.subject), each.what) for each in result] == [
        ("Node n1", "condition Ready became Unknown (NodeStatusUnknown)"),
        ("Node n1", "tainted node.kubernetes.io/unreachable:NoExecute"),
        ("Deployment shop/web", "scaled to 8 replicas by autoscaler web"),
    ]


def test_nothing_outside_the_window_is_reported() -> None:
    assert not found(DEPLOYMENT, replica_set(1, "2025-12-01T00:00:00Z"), start=NOW - timedelta(minutes=5))


@pytest.mark.parametrize("time", ["2026-01-01T03:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_odd_times_do_no_harm(time: str) -> None:
    metadata = ObjectMeta(
        name="a",
        creation_timestamp=datetime.fromisoformat(time),
        deletion_timestamp=datetime.fromisoformat(time),
        deletion_grace_period_seconds=30,
    )
    inventory = build_inventory([Namespace(metadata=metadata)], {}, NOW)
    assert len(changes(inventory, START, NOW)) in (0, 2)
