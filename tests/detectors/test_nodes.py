from __future__ import annotations

import pytest

from midwatch.detectors import nodes
from midwatch.detectors.nodes._node_messages import node_cause
from midwatch.domain.finding import Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.observation import ComponentStatus
from tests.builders import causes_of, inventory_of


def found(inventory: Inventory) -> list[Finding]:
    return [each for detector in nodes.DETECTORS for each in detector(inventory)]


def troubles(inventory: Inventory) -> set[str]:
    return causes_of(
        each for each in found(inventory) if each.severity is not Severity.INFO and each.status is Status.ACTIVE
    )


def node(name: str = "n1", ready: str = "True", message: str = "", more: str = "", extra: str = "") -> str:
    return f"""
---
kind: Node
apiVersion: v1
metadata: {{name: {name}, creationTimestamp: "2025-12-01T00:00:00Z", labels: {{kubernetes.io/hostname: {name}}}}}
spec: {{{extra}}}
status:
  conditions:
  - {{type: Ready, status: "{ready}", message: "{message}", lastTransitionTime: "2026-01-01T03:00:00Z"}}
{more}
"""


def pod(name: str, on: str, status: str, owner: str = "ReplicaSet", meta: str = "", spec: str = "") -> str:
    return f"""
---
kind: Pod
apiVersion: v1
metadata:
  name: {name}
  namespace: shop
  creationTimestamp: "2026-01-01T03:00:00Z"
  ownerReferences: [{{kind: {owner}, name: of-{name}, controller: true}}]
{meta}
spec:
  nodeName: {on}
{spec}
status: {{{status}}}
"""


def event(kind: str, name: str, reason: str, message: str, at: str, namespace: str = "") -> str:
    return f"""
---
kind: Event
apiVersion: v1
metadata: {{name: e-{name}-{reason}, namespace: default}}
involvedObject: {{kind: {kind}, name: {name}, namespace: "{namespace}"}}
reason: {reason}
type: Warning
message: '{message}'
lastTimestamp: "{at}"
"""


def lease(name: str, renewed: str) -> str:
    return f"""
---
kind: Lease
metadata: {{name: {name}, namespace: kube-node-lease}}
spec: {{leaseDurationSeconds: 40, renewTime: "{renewed}"}}
"""


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ("Kubelet stopped posting node status.", "kubelet-unavailable"),
        (
            "[container runtime is down, PLEG is not healthy: pleg was last seen 3m ago]",
            "container-runtime-unavailable",
        ),
        (
            "PLEG is not healthy: pleg was last seen active 3m30s ago; threshold is 3m0s",
            "container-runtime-unavailable",
        ),
        (
            "container runtime network not ready: NetworkReady=false message:cni plugin not initialized",
            "cni-failing",
        ),
        ("dial unix /run/crio/crio.sock: connect: connection refused", "container-runtime-unavailable"),
    ],
)
def test_the_message_of_the_kubelet_names_the_precise_cause(message: str, cause: str) -> None:
    named = node_cause(message)
    assert named is not None
    assert named[0] == cause
    finding = next(iter(nodes.not_ready(inventory_of(node(ready="False", message=message.replace('"', ""))))))
    assert cause in causes_of([finding])
    assert finding.severity is Severity.ERROR


def test_a_ready_node_yields_nothing() -> None:
    assert found(inventory_of(node())) == []


def test_a_node_that_just_joined_may_take_its_time() -> None:
    young = node(ready="False").replace("2025-12-01T00:00:00Z", "2026-01-01T03:09:30Z")
    assert troubles(inventory_of(young)) == set()


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        ("MemoryPressure", "node-memory-pressure"),
        ("DiskPressure", "node-disk-pressure"),
        ("PIDPressure", "node-pid-pressure"),
        ("NetworkUnavailable", "node-network-unavailable"),
        ("KernelDeadlock", "node-kernel-fault"),
        ("FrequentKubeletRestart", "kubelet-unavailable"),
        ("NTPProblem", "node-clock-skew"),
    ],
)
def test_a_bad_condition_that_is_true_is_a_problem_and_one_that_is_false_is_not(kind: str, cause: str) -> None:
    line = '  - {{type: {}, status: "{}", message: said so}}'
    assert cause in troubles(inventory_of(node(more=line.format(kind, "True"))))
    assert troubles(inventory_of(node(more=line.format(kind, "False")))) == set()


def test_unknown_conditions_that_are_true_say_nothing() -> None:
    assert troubles(inventory_of(node(more='  - {type: EtcdIsVoter, status: "True"}'))) == set()


def test_a_lease_that_falls_behind_the_others_betrays_a_silent_kubelet() -> None:
    stale = inventory_of(
        node("n1"), node("n2"), lease("n1", "2026-01-01T03:06:00Z"), lease("n2", "2026-01-01T03:09:55Z")
    )
    finding = next(iter(nodes.stale_heartbeat(stale)))
    assert finding.subject.name == "n1"
    assert "kubelet-unavailable" in causes_of([finding])


def test_leases_that_are_all_old_only_mean_an_old_dump() -> None:
    old = inventory_of(
        node("n1"), node("n2"), lease("n1", "2025-11-01T03:06:00Z"), lease("n2", "2025-11-01T03:06:05Z")
    )
    assert list(nodes.stale_heartbeat(old)) == []


def test_a_taint_stands_in_for_conditions_that_are_not_known() -> None:
    tainted = "taints: [{key: node.kubernetes.io/unreachable, effect: NoSchedule}]"
    bare = f"kind: Node\nmetadata: {{name: n1}}\nspec: {{{tainted}}}"
    assert troubles(inventory_of(bare)) == {"node-not-ready"}
    assert list(nodes.tainted(inventory_of(node(extra=tainted)))) == []


def test_node_events_count_while_they_are_fresh() -> None:
    said = ("Node", "n1", "FreeDiskSpaceFailed", "Failed to garbage collect required amount of images")
    assert troubles(inventory_of(node(), event(*said, "2026-01-01T03:08:00Z"))) == {"node-disk-pressure"}
    assert troubles(inventory_of(node(), event(*said, "2026-01-01T02:00:00Z"))) == set()


def test_a_node_that_became_ready_after_the_event_got_over_it() -> None:
    said = event("Node", "n1", "ContainerGCFailed", "rpc error: connection refused", "2026-01-01T03:07:00Z")
    later = node().replace("2026-01-01T03:00:00Z", "2026-01-01T03:08:00Z")
    assert [each.status for each in found(inventory_of(later, said))] == [Status.RECOVERED]


def test_noise_of_a_starting_kubelet_is_ignored() -> None:
    noise = event("Node", "n1", "ImageGCFailed", "invalid capacity 0 on image filesystem", "2026-01-01T03:09:00Z")
    assert found(inventory_of(node(), noise)) == []


def test_eviction_thresholds_name_the_resource() -> None:
    said = event(
        "Node", "n1", "EvictionThresholdMet", "Attempting to reclaim ephemeral-storage", "2026-01-01T03:09:00Z"
    )
    assert troubles(inventory_of(node(), said)) == {"node-disk-pressure"}


_WAITING = 'phase: Pending, startTime: "2026-01-01T03:00:00Z"'


def test_pods_that_cannot_get_a_network_blame_the_node() -> None:
    message = 'Failed to create pod sandbox: plugin type="calico" failed (add): error getting ClusterInformation'
    waiting = pod("a", "n1", _WAITING)
    said = event("Pod", "a", "FailedCreatePodSandBox", message, "2026-01-01T03:09:00Z", "shop")
    assert "cni-failing" in troubles(inventory_of(node(), waiting, said))
    ready = pod("a", "n1", "phase: Running, containerStatuses: [{name: c, ready: true}]")
    assert troubles(inventory_of(node(), ready, said)) == set()


def test_not_ready_events_of_pods_speak_for_a_node_that_was_not_listed() -> None:
    said = event("Pod", "a", "NodeNotReady", "Node is not ready", "2026-01-01T03:09:00Z", "shop")
    running = pod("a", "n1", "phase: Running")
    assert "node-not-ready" in troubles(inventory_of(running, said, denied=["Node"]))
    assert troubles(inventory_of(node(), running, said)) == set()


def test_pods_that_stand_still_on_one_node_only_make_its_kubelet_suspicious() -> None:
    fine = pod("c", "n2", "phase: Running")
    stuck = inventory_of(node("n1"), node("n2"), pod("a", "n1", _WAITING), pod("b", "n1", _WAITING), fine)
    finding = next(each for each in found(stuck) if each.rule == "nodes/standstill")
    assert finding.subject.name == "n1"
    assert "kubelet-unavailable" in causes_of([finding])


def test_a_kubelet_that_writes_events_is_alive() -> None:
    said = event("Pod", "a", "FailedMount", "configmap not found", "2026-01-01T03:09:00Z", "shop")
    inventory = inventory_of(
        node("n1"), node("n2"), pod("a", "n1", _WAITING), pod("c", "n2", "phase: Running"), said
    )
    assert troubles(inventory) == set()


_AGENT = "  containers: [{name: kube-proxy}]"
_CNI = "  hostNetwork: true\n  volumes: [{name: cni, hostPath: {path: /etc/cni/net.d}}]"
_BROKEN = (
    'phase: Running, conditions: [{type: Ready, status: "False", lastTransitionTime: "2026-01-01T03:00:00Z"}]'
)
_FINE = 'phase: Running, conditions: [{type: Ready, status: "True"}]'


@pytest.mark.parametrize(("spec", "cause"), [(_AGENT, "kube-proxy-unavailable"), (_CNI, "cni-failing")])
def test_an_agent_that_fails_on_one_node_blames_the_node(spec: str, cause: str) -> None:
    broken = inventory_of(node("n1"), pod("a", "n1", _BROKEN, "DaemonSet", spec=spec))
    finding = next(each for each in found(broken) if each.rule == "nodes/agent-failing")
    assert finding.claims[0].culprit.name == "n1"
    assert causes_of([finding]) == {cause}
    assert troubles(inventory_of(node("n1"), pod("a", "n1", _FINE, "DaemonSet", spec=spec))) == set()


def test_an_agent_that_fails_everywhere_blames_its_daemonset() -> None:
    both = [
        pod(f"p{n}", f"n{n}", _BROKEN, "DaemonSet", spec=_AGENT).replace(f"of-p{n}", "kube-proxy") for n in (1, 2)
    ]
    finding = next(each for each in found(inventory_of(node("n1"), node("n2"), *both)) if "agent" in each.rule)
    assert finding.claims[0].culprit.kind == "DaemonSet"


def test_advice_is_information_only() -> None:
    versions = [node(f"n{minor}") + f"  nodeInfo: {{kubeletVersion: v1.{minor}.0}}" for minor in (25, 31)]
    skew = found(inventory_of(*versions))
    assert [each.rule for each in skew] == ["nodes/version-skew"]
    cordoned = found(inventory_of(node(extra="unschedulable: true")))
    assert [each.rule for each in cordoned] == ["nodes/cordoned"]
    heavy = "  containers: [{name: c, resources: {limits: {memory: 4Gi}}}]"
    roomless = node() + "  allocatable: {memory: 1Gi}"
    crowded = found(inventory_of(roomless, pod("a", "n1", "phase: Running", spec=heavy)))
    assert [each.rule for each in crowded] == ["nodes/overcommitted"]
    assert {each.severity for each in (*skew, *cordoned, *crowded)} == {Severity.INFO}


def test_a_cordon_is_not_mentioned_while_pods_wait() -> None:
    waiting = "kind: Pod\nmetadata: {name: w, namespace: shop}\nstatus: {phase: Pending}"
    assert list(found(inventory_of(node(extra="unschedulable: true"), waiting))) == []


def read(inventory: Inventory, component: str, active: bool | None, detail: str = "") -> list[Finding]:
    return list(nodes.READERS[0](inventory, ComponentStatus("n1", component, active, detail)))


@pytest.mark.parametrize(
    ("component", "cause"),
    [
        ("kubelet", "kubelet-unavailable"),
        ("containerd.service", "container-runtime-unavailable"),
        ("kube-proxy", "kube-proxy-unavailable"),
        ("kube-scheduler", "kube-scheduler-unavailable"),
        ("etcd", "etcd-unavailable"),
    ],
)
def test_a_dead_unit_is_the_cause_and_a_live_one_refutes_it(component: str, cause: str) -> None:
    dead = read(inventory_of(node()), component, False, "Active: inactive (dead) since Fri; 2min ago")
    assert [(each.cause, each.strength) for each in dead[0].claims] == [(cause, 0.97)]
    alive = read(inventory_of(node()), component, True, "Active: active (running) since Fri; 6h ago")
    assert [(each.cause, each.refutes) for each in alive[0].claims] == [(cause, True)]


def test_a_unit_that_is_not_installed_or_not_the_runtime_in_use_is_nothing() -> None:
    inventory = inventory_of(node() + "  nodeInfo: {containerRuntimeVersion: containerd://1.7}")
    assert read(inventory, "kube-scheduler", False, "Unit kube-scheduler.service could not be found.") == []
    assert read(inventory, "crio", False, "Active: inactive (dead)") == []
    disabled = "Loaded: loaded (/lib/docker.service; disabled; preset: x)\nActive: inactive (dead)"
    assert read(inventory, "docker", False, disabled) == []
    assert read(inventory, "kubelet", None) == []


def test_a_running_kubelet_may_tell_that_its_runtime_is_dead() -> None:
    why = "dial unix /run/containerd/containerd.sock: connect: no such file or directory"
    line = f"Jan 01 03:09:00 n1 kubelet[1]: E0101 {why}"
    head = "Active: active (running) since Thu 2026-01-01 01:00:00 UTC; 2h ago\n\n"
    assert "container-runtime-unavailable" in causes_of(read(inventory_of(node()), "kubelet", True, head + line))
    booted = head + line.replace("03:09:00", "01:00:20")
    assert causes_of(read(inventory_of(node()), "kubelet", True, booted)) == set()


def test_a_unit_that_restarts_again_and_again_is_suspicious() -> None:
    detail = "Active: active (running) since Fri 2026-01-01 03:00:00; 5s ago\nkubelet: restart counter is at 57."
    assert causes_of(read(inventory_of(node()), "kubelet", True, detail)) == {"kubelet-unavailable"}


def test_a_kubelet_that_renews_its_lease_is_not_blamed_for_pods_that_stand_still() -> None:
    stuck = "phase: Pending, conditions: [{type: PodScheduled, status: 'True'}]"
    running = "phase: Running, conditions: [{type: Ready, status: 'True'}]"
    made = [node("n1"), node("n2"), pod("a", "n1", stuck), pod("b", "n1", stuck), pod("c", "n2", running)]
    assert "kubelet-unavailable" in troubles(inventory_of(*made))
    leases = [
        f"""
---
kind: Lease
apiVersion: coordination.k8s.io/v1
metadata: {{name: {name}, namespace: kube-node-lease}}
spec: {{renewTime: "2026-01-01T03:09:5{second}.000000Z", leaseDurationSeconds: 40}}
"""
        for name, second in (("n1", 1), ("n2", 8))
    ]
    assert troubles(inventory_of(*made, *leases)) == set()


def test_a_node_without_kube_proxy_while_the_others_have_one() -> None:
    proxy = "labels: {k8s-app: kube-proxy}"
    running = "phase: Running, conditions: [{type: Ready, status: 'True'}]"
    proxies = [
        pod(f"kube-proxy-{name}", name, running, "DaemonSet", f"  {proxy}").replace(
            "of-kube-proxy-" + name, "proxy"
        )
        for name in ("n1", "n2", "n3")
    ]
    made = [*(node(name) for name in ("n1", "n2", "n3")), pod("web", "n3", running)]
    assert troubles(inventory_of(*made, *proxies)) == set()
    assert troubles(inventory_of(*made, *proxies[:2])) == {"kube-proxy-unavailable"}
    assert troubles(inventory_of(*made, *proxies[:1])) == set()
