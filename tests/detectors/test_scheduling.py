"""The family `scheduling`: pods that no node fits."""

from __future__ import annotations

from datetime import timedelta

import pytest

from midwatch.detectors.scheduling import DETECTORS
from midwatch.domain.finding import Finding, Severity
from midwatch.domain.inventory import Inventory
from midwatch.domain.resource import Ref
from tests.builders import NOW, causes_of, inventory_of

CART = Ref("Deployment", "shop", "cart")
NODES_HIDDEN = ["Node"]
PINNED = (
    "0/2 nodes are available: 1 node(s) were unschedulable, 1 node(s) didn't match Pod's node affinity/selector."
)


def node(name: str, spec: str = "{}", labels: str = "", cpu: str = "4", pods: str = "110") -> str:
    more = f", {labels}" if labels else ""
    return f"""
kind: Node
metadata: {{name: {name}, labels: {{kubernetes.io/hostname: {name}{more}}}}}
spec: {spec}
status: {{allocatable: {{cpu: '{cpu}', memory: 8Gi, pods: '{pods}'}}}}
"""


MASTER = node(
    "master",
    "{taints: [{key: node-role.kubernetes.io/control-plane, effect: NoSchedule}]}",
    "node-role.kubernetes.io/control-plane: ''",
)
CORDONED_MASTER = node("master", "{unschedulable: true}", "node-role.kubernetes.io/master: ''")


def pending(spec: str = "", message: str = "", name: str = "cart-1-a", extra: str = "") -> str:
    quoted = message.replace("'", "''")
    said = f"[{{type: PodScheduled, status: 'False', reason: Unschedulable, message: '{quoted}'}}]"
    more = f", {spec}" if spec else ""
    return f"""
kind: Deployment
metadata: {{name: cart, namespace: shop}}
---
kind: ReplicaSet
metadata: {{name: cart-1, namespace: shop, ownerReferences: [{{kind: Deployment, name: cart, controller: true}}]}}
---
kind: Pod
metadata:
  name: {name}
  namespace: shop
  labels: {{app: cart}}
  creationTimestamp: '2026-01-01T03:00:00Z'
  ownerReferences: [{{kind: ReplicaSet, name: cart-1, controller: true}}]
spec: {{containers: [{{name: main, resources: {{requests: {{cpu: '1'}}}}}}]{more}}}
status: {{phase: Pending, conditions: {said if message else "[]"}{extra}}}
"""


def running(name: str, on: str, cpu: str = "1", more: str = "") -> str:
    return f"""
kind: Pod
metadata: {{name: {name}, namespace: shop, labels: {{app: {name}}}}}
spec: {{nodeName: {on}, containers: [{{name: main, resources: {{requests: {{cpu: '{cpu}'}}}}{more}}}]}}
status: {{phase: Running}}
"""


def detect(inventory: Inventory) -> list[Finding]:
    return [each for detector in DETECTORS for each in detector(inventory)]


def first_cause(inventory: Inventory) -> str:
    findings = detect(inventory)
    return findings[0].claims[0].cause if findings else ""


MESSAGES = {
    "0/4 nodes are available: 4 node(s) were unschedulable. preemption: 0/4 nodes are available: 4 Preemption is "
    "not helpful for scheduling.": "node-cordoned",
    "0/4 nodes are available: 1 node(s) were unschedulable, 3 Insufficient cpu. preemption: 0/4 nodes are "
    "available: 1 Preemption is not helpful for scheduling, 3 No preemption victims found for incoming pod.": (
        "cpu-insufficient"
    ),
    "0/4 nodes are available: 1 node(s) were unschedulable, 3 Insufficient memory.": "memory-insufficient",
    "0/4 nodes are available: 1 node(s) were unschedulable, 3 node(s) had untolerated taint {critical: true}.": (
        "taint-not-tolerated"
    ),
    "0/4 nodes are available: 1 node(s) had taint {node-role.kubernetes.io/master: }, that the pod didn't "
    "tolerate, 3 node(s) had taint {a: b}, that the pod didn't tolerate.": "taint-not-tolerated",
    "0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 "
    "Insufficient nvidia.com/gpu.": "extended-resource-insufficient",
    "0/3 nodes are available: 3 node(s) had untolerated taint(s).": "taint-not-tolerated",
    "0/3 nodes are available: 3 Too many pods.": "node-pods-full",
    "0/3 nodes are available: 3 Insufficient ephemeral-storage.": "ephemeral-storage-insufficient",
    "0/3 nodes are available: 3 node(s) didn't have free ports for the requested pod ports.": "host-port-conflict",
    "0/3 nodes are available: 3 node(s) didn't match pod topology spread constraints (missing required label).": (
        "topology-spread-unsatisfiable"
    ),
    "0/3 nodes are available: 3 node(s) didn't match pod affinity rules.": "pod-affinity-unsatisfied",
    "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules.": "pod-anti-affinity-conflict",
    "0/3 nodes are available: 3 node(s) didn't match pod affinity/anti-affinity rules, 3 node(s) didn't satisfy "
    "existing pods anti-affinity rules.": "pod-anti-affinity-conflict",
    "0/3 nodes are available: 3 node(s) had volume node affinity conflict.": "volume-node-affinity-conflict",
    "0/3 nodes are available: 3 node(s) exceed max volume count.": "volume-attach-limit",
    "0/3 nodes are available: 3 node(s) had no available volume zone.": "volume-node-affinity-conflict",
    "0/3 nodes are available: 3 something new.": "pod-unschedulable",
    "no nodes available to schedule pods": "",
}


@pytest.mark.parametrize(("message", "cause"), MESSAGES.items())
def test_the_schedulers_message_is_enough(message: str, cause: str) -> None:
    assert first_cause(inventory_of(pending(message=message), denied=["Node", "Event"])) == cause


@pytest.mark.parametrize(
    ("spec", "cause"),
    [
        ("nodeSelector: {disk: ssd}", "node-selector-mismatch"),
        (
            (
                "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{"
                "matchExpressions: [{key: disk, operator: In, values: [ssd]}]}]}}}"
            ),
            "node-affinity-mismatch",
        ),
    ],
)
def test_a_placement_that_no_node_satisfies_is_told_by_the_field_that_the_pod_has(spec: str, cause: str) -> None:
    said = PINNED
    assert first_cause(inventory_of(pending(spec, said), denied=NODES_HIDDEN)) == cause
    known = inventory_of(pending(spec, said), CORDONED_MASTER, node("a"))
    [finding] = detect(known)
    assert (finding.claims[0].cause, finding.claims[0].culprit, finding.claims[0].strength) == (cause, CART, 0.97)
    assert first_cause(inventory_of(pending(spec), CORDONED_MASTER, node("a"))) == cause
    assert detect(inventory_of(pending(spec), node("a", labels="disk: ssd"))) == []


def test_a_selector_that_leaves_a_tainted_node_is_not_to_blame() -> None:
    said = (
        "0/4 nodes are available: 1 node(s) had untolerated taint {dedicated: gpu}, 1 node(s) were unschedulable, "
        "2 node(s) didn't match Pod's node affinity/selector."
    )
    tainted = node("a", "{taints: [{key: dedicated, value: gpu, effect: NoSchedule}]}", "disk: ssd")
    nodes = CORDONED_MASTER, tainted, node("b"), node("c")
    selecting = "nodeSelector: {disk: ssd}"
    assert first_cause(inventory_of(pending(selecting, said), *nodes)) == "taint-not-tolerated"
    assert first_cause(inventory_of(pending(selecting), *nodes)) == "taint-not-tolerated"
    assert first_cause(inventory_of(pending(selecting, said), denied=NODES_HIDDEN)) == "taint-not-tolerated"
    tolerant = "tolerations: [{key: dedicated, operator: Exists}], " + selecting
    assert detect(inventory_of(pending(tolerant), *nodes)) == []


def test_a_pod_pinned_to_a_cordoned_worker_blames_the_cordon() -> None:
    said = PINNED
    nodes = node("a", "{unschedulable: true}", "disk: ssd"), node("b")
    assert first_cause(inventory_of(pending("nodeSelector: {disk: ssd}", said), *nodes)) == "node-cordoned"


def test_a_placement_on_nothing_but_the_closed_control_plane_is_the_mistake() -> None:
    wanted = "nodeSelector: {node-role.kubernetes.io/master: ''}"
    assert (
        first_cause(inventory_of(pending(wanted, PINNED), CORDONED_MASTER, node("a"))) == "node-selector-mismatch"
    )
    assert first_cause(inventory_of(pending(wanted), CORDONED_MASTER, node("a"))) == "node-selector-mismatch"


def test_a_node_shown_without_its_host_name_has_it_all_the_same() -> None:
    bare = node("a", "{taints: [{key: sick, effect: NoExecute}]}").replace("kubernetes.io/hostname: a", "x: y")
    assert first_cause(inventory_of(pending("nodeSelector: {kubernetes.io/hostname: a}"), bare, node("b"))) == (
        "taint-not-tolerated"
    )


def test_a_pod_described_without_its_affinity_has_that_of_its_template() -> None:
    wants = (
        "spec: {template: {spec: {containers: [{name: main}], affinity: {nodeAffinity: "
        "{requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: "
        "[{matchExpressions: [{key: disk, operator: Exists}]}]}}}}}}"
    )
    described = pending().replace(
        "{name: cart, namespace: shop}\n", f"{{name: cart, namespace: shop}}\n{wants}\n", 1
    )
    assert first_cause(inventory_of(described, node("a"))) == "node-affinity-mismatch"


def test_cordoned_workers_are_to_blame_and_a_cordoned_control_plane_is_not() -> None:
    assert first_cause(inventory_of(pending(), MASTER, node("a", "{unschedulable: true}"))) == "node-cordoned"
    full = running("big", "a", "4")
    assert first_cause(inventory_of(pending(), CORDONED_MASTER, node("a"), full)) == "cpu-insufficient"
    assert detect(inventory_of(pending(), CORDONED_MASTER, node("a"))) == []


def test_a_request_beyond_every_node_and_full_nodes_are_insufficient_cpu() -> None:
    assert first_cause(inventory_of(pending(), MASTER, node("a", cpu="500m"))) == "cpu-insufficient"
    full = running("x", "a", "2"), running("y", "a", "1500m")
    assert first_cause(inventory_of(pending(), node("a"), *full)) == "cpu-insufficient"
    assert detect(inventory_of(pending(), node("a"), full[0])) == []
    assert first_cause(inventory_of(pending(), node("a", pods="1"), full[0])) == "node-pods-full"


def test_an_unready_node_is_blamed_itself() -> None:
    broken = node("a", "{taints: [{key: node.kubernetes.io/unreachable, effect: NoSchedule}]}")
    [finding] = detect(inventory_of(pending(), MASTER, broken))
    assert [(each.cause, each.culprit) for each in finding.claims] == [("node-not-ready", Ref("Node", "", "a"))]


def test_host_ports_and_anti_affinity_are_recomputed() -> None:
    taken = running("x", "a", more=", ports: [{containerPort: 80, hostPort: 80}]")
    wants = pending().replace("{name: main, res", "{name: main, ports: [{hostPort: 80}], res")
    assert first_cause(inventory_of(wants, node("a"), taken)) == "host-port-conflict"
    assert detect(inventory_of(wants, node("a"), node("b"), taken)) == []
    term = "[{labelSelector: {matchLabels: {app: x}}, topologyKey: kubernetes.io/hostname}]"
    anti = f"affinity: {{podAntiAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: {term}}}}}"
    near = anti.replace("podAntiAffinity", "podAffinity")
    assert first_cause(inventory_of(pending(anti), node("a"), taken)) == "pod-anti-affinity-conflict"
    assert detect(inventory_of(pending(anti), node("a"), node("b"), taken)) == []
    assert first_cause(inventory_of(pending(near), node("a"))) == "pod-affinity-unsatisfied"
    assert detect(inventory_of(pending(near), node("a"), taken)) == []


def test_the_anti_affinity_of_others_counts_too() -> None:
    guard = """
kind: Pod
metadata: {name: guard, namespace: shop}
spec:
  nodeName: a
  affinity:
    podAntiAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
      - {labelSelector: {matchLabels: {app: cart}}, topologyKey: kubernetes.io/hostname}
status: {phase: Running}
"""
    assert first_cause(inventory_of(pending(), node("a"), guard)) == "pod-anti-affinity-conflict"
    assert detect(inventory_of(pending(), node("a"), node("b"), guard)) == []


def test_topology_spread_is_recomputed() -> None:
    rule = (
        "topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule, "
        "labelSelector: {matchLabels: {app: x}}}]"
    )
    nodes = node("a", labels="zone: one"), node("b", "{unschedulable: true}", "zone: two")
    crowd = running("x", "a"), running("x", "a").replace("name: x, namespace", "name: x2, namespace")
    both = causes_of(detect(inventory_of(pending(rule), *nodes, *crowd)))
    assert both == {"topology-spread-unsatisfiable", "node-cordoned"}
    assert detect(inventory_of(pending(rule.replace("DoNotSchedule", "ScheduleAnyway")), *nodes, *crowd)) == []


def test_a_volume_of_another_node_is_recomputed() -> None:
    disk = """
kind: PersistentVolumeClaim
metadata: {name: d, namespace: shop}
spec: {volumeName: pv}
status: {phase: Bound}
---
kind: PersistentVolume
metadata: {name: pv}
spec:
  nodeAffinity:
    required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [b]}]}]}
"""
    user = pending("volumes: [{name: d, persistentVolumeClaim: {claimName: d}}]")
    assert first_cause(inventory_of(user, disk, node("a"))) == "volume-node-affinity-conflict"
    assert detect(inventory_of(user, disk, node("a"), node("b"))) == []


@pytest.mark.parametrize(
    "message",
    [
        (
            "0/4 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/4 nodes are "
            "available: 4 Preemption is not helpful for scheduling."
        ),
        '0/4 nodes are available: persistentvolumeclaim "d" not found.',
        "0/4 nodes are available: 4 pod has unbound immediate PersistentVolumeClaims.",
        "0/4 nodes are available: 4 node(s) didn't find available persistent volumes to bind.",
    ],
)
def test_pods_that_wait_for_their_claims_are_left_to_storage(message: str) -> None:
    assert detect(inventory_of(pending(message=message), node("a"))) == []


def test_the_newest_event_speaks_when_there_is_no_condition() -> None:
    def event(name: str, at: str, message: str) -> str:
        return f"""
kind: Event
metadata: {{name: {name}, namespace: shop}}
reason: FailedScheduling
message: '{message}'
lastTimestamp: '2026-01-01T{at}Z'
involvedObject: {{kind: Pod, namespace: shop, name: cart-1-a}}
"""

    old = event("e1", "03:01:00", "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.")
    new = event("e2", "03:05:00", "0/1 nodes are available: 1 Insufficient memory.")
    assert first_cause(inventory_of(pending(), old, new, denied=NODES_HIDDEN)) == "memory-insufficient"
    scheduled = running("cart-1-a", "a")
    assert detect(inventory_of(scheduled, old, new, node("a"))) == []


def test_scaling_up_makes_it_a_warning() -> None:
    up = """
kind: Event
metadata: {name: up, namespace: shop}
reason: TriggeredScaleUp
message: pod triggered scale-up
involvedObject: {kind: Pod, namespace: shop, name: cart-1-a}
"""
    said = "0/1 nodes are available: 1 Insufficient cpu."
    [finding] = detect(inventory_of(pending(message=said), up, denied=NODES_HIDDEN))
    assert finding.severity is Severity.WARNING


def test_several_pods_without_a_word_mean_that_the_scheduler_is_silent() -> None:
    rows = [
        f"{{kind: Pod, metadata: {{name: {name}, namespace: shop, creationTimestamp: '2026-01-01T03:00:00Z'}}, "
        "status: {phase: Pending}}"
        for name in ("a", "b")
    ]
    [finding] = detect(inventory_of(*rows, node("x")))
    assert finding.claims[0].culprit == Ref("Namespace", "", "kube-system")
    [finding] = detect(inventory_of(*rows, MASTER))
    assert finding.claims[0].culprit == Ref("Node", "", "master")
    assert detect(inventory_of(*rows, MASTER, denied=["Event"])) == []
    assert detect(inventory_of(*rows, MASTER, now=NOW - timedelta(minutes=9, seconds=30))) == []


def test_an_unknown_scheduler_is_named() -> None:
    assert first_cause(inventory_of(pending("schedulerName: mine"), MASTER)) == "scheduler-unknown"


def test_gates_missing_nodes_and_rejections_are_told() -> None:
    gated = pending("schedulingGates: [{name: example.com/wait}]")
    assert first_cause(inventory_of(gated, node("a"))) == "scheduling-gated"
    assert detect(inventory_of(gated, node("a"), now=NOW - timedelta(minutes=8))) == []
    lost = pending("nodeName: gone")
    assert first_cause(inventory_of(lost, node("a"))) == "node-name-unknown"
    assert detect(inventory_of(lost, denied=NODES_HIDDEN)) == []
    rejected = pending("nodeName: a", extra=", reason: OutOfcpu").replace("phase: Pending", "phase: Failed")
    assert first_cause(inventory_of(rejected, node("a"))) == "cpu-insufficient"


def test_odd_values_do_no_harm() -> None:
    odd = pending(
        "nodeSelector: {'': ''}, topologySpreadConstraints: [{whenUnsatisfiable: DoNotSchedule, maxSkew: -4}], "
        "affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{}]}}",
        "0/9 nodes are available: " + "1 node(s) had taint {" * 300,
    )
    detect(inventory_of(odd, node("a", cpu="-1", pods="many"), "{kind: Node, metadata: {name: bare}}"))


APART = """affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [
  {labelSelector: {matchLabels: {app: other}}, topologyKey: kubernetes.io/hostname}]}}"""


def test_the_anti_affinity_of_placed_pods_may_stand_in_their_template_only() -> None:
    guard = """
kind: StatefulSet
metadata: {name: lonely, namespace: shop}
spec:
  template:
    metadata: {labels: {app: lonely}}
    spec:
      containers: [{name: main}]
      affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [
        {labelSelector: {matchLabels: {app: cart}}, topologyKey: kubernetes.io/hostname}]}}
---
kind: Pod
metadata: {name: lonely-0, namespace: shop, ownerReferences: [{kind: StatefulSet, name: lonely, controller: true}]}
spec: {nodeName: n1, containers: [{name: main}]}
status: {phase: Running}
"""
    assert first_cause(inventory_of(node("n1"), guard, pending())) == "pod-anti-affinity-conflict"


def test_a_cordon_beside_anti_affinity_leaves_it_open_which_is_to_blame() -> None:
    placed = running("other", "n1").replace("name: other,", "name: other, labels: {app: other},", 1)
    cordoned = node("n2", "{unschedulable: true}")
    (found,) = detect(inventory_of(node("n1"), cordoned, placed, pending(APART)))
    assert {each.cause for each in found.claims} >= {"pod-anti-affinity-conflict", "node-cordoned"}
    assert all(each.strength < 0.8 for each in found.claims)
    assert found.claims[0].cause == "pod-anti-affinity-conflict"


def test_what_a_pod_asks_for_is_suspected_when_neither_nodes_nor_the_scheduler_are_known() -> None:
    (found,) = detect(inventory_of(pending(APART), denied=[*NODES_HIDDEN, "Event"]))
    assert [(each.cause, each.strength) for each in found.claims] == [("pod-anti-affinity-conflict", 0.5)]
    assert detect(inventory_of(pending(), denied=[*NODES_HIDDEN, "Event"])) == []
