"""nodes: whether each node, and what it needs to run pods (kubelet, runtime, network, proxy), works."""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.detectors import _node_advice
from midwatch.detectors._ages import aware, changed_at, newest, older_than, seconds_between, spell
from midwatch.detectors.common import condition, fact, refs
from midwatch.detectors.nodes import _node_agents, _node_events, _node_pods, _node_units
from midwatch.detectors.nodes._node_messages import node_cause
from midwatch.domain.finding import Claim, Finding, Severity
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Lease, Node
from midwatch.domain.kube.meta import Condition
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_JOINING = 120
"""Seconds a new node may take to become ready."""

_GRACE = 50
"""Seconds without a heartbeat after which Kubernetes itself calls a node unknown (40 before 1.32)."""


def not_ready(inventory: Inventory) -> Iterator[Finding]:
    """A node whose Ready condition is False or Unknown. Source: pkg/kubelet/nodestatus/setters.go."""
    for node in inventory.all(Node):
        ready = condition(node.status.conditions, "Ready")
        if ready is None or ready.status not in ("False", "Unknown"):
            continue
        if older_than(inventory, node.metadata.creation_timestamp, _JOINING, unknown=True):
            yield _not_ready(inventory, node, ready)


def _not_ready(inventory: Inventory, node: Node, ready: Condition) -> Finding:
    said = ready.message or ready.reason or "no message"
    return Finding(
        "nodes/not-ready",
        node.ref,
        Text(
            f"Node {node.name} is not ready (Ready is {ready.status}): {said[:200]}",
            f"节点 {node.name} 未就绪(Ready 为 {ready.status}):{said[:200]}",
        ),
        Severity.ERROR,
        claims=_ready_claims(node.ref, ready),
        facts=(fact(node, ".status.conditions[Ready]", f"{ready.status} {said}", ready.last_transition_time),),
        affected=refs(inventory.pods_by_node.get(node.name, ())),
        since=ready.last_transition_time,
    )


def _ready_claims(node: Ref, ready: Condition) -> tuple[Claim, ...]:
    known = node_cause(f"{ready.reason} {ready.message}")
    if known is not None:
        return Claim(known[0], node, known[1]), Claim("node-not-ready", node, 0.7)
    if ready.status == "Unknown":
        return Claim("kubelet-unavailable", node, 0.7), Claim("node-not-ready", node, 0.75)
    alternatives = (Claim("kubelet-unavailable", node, 0.4), Claim("container-runtime-unavailable", node, 0.3))
    return Claim("node-not-ready", node, 0.8), *alternatives


_PRESSURE = {
    "MemoryPressure": ("node-memory-pressure", "memory", "内存"),
    "DiskPressure": ("node-disk-pressure", "disk space or inodes", "磁盘空间或 inode"),
    "PIDPressure": ("node-pid-pressure", "process ids", "进程号"),
}


def pressure(inventory: Inventory) -> Iterator[Finding]:
    """A node under memory, disk or PID pressure. Source: pkg/kubelet/eviction/eviction_manager.go."""
    for node in inventory.all(Node):
        for each in node.status.conditions:
            if each.status == "True" and each.type in _PRESSURE:
                yield _pressure(inventory, node, each)


def _pressure(inventory: Inventory, node: Node, found: Condition) -> Finding:
    cause, what, what_zh = _PRESSURE[found.type]
    return Finding(
        f"nodes/{cause.removeprefix('node-')}",
        node.ref,
        Text(
            f"Node {node.name} runs out of {what} ({found.type}): it evicts pods and accepts no new ones",
            f"节点 {node.name} 的{what_zh}不足({found.type}):正在驱逐 Pod 且不再接收新的 Pod",
        ),
        Severity.ERROR,
        claims=(Claim(cause, node.ref, 0.95),),
        facts=(fact(node, f".status.conditions[{found.type}]", f"True {found.message}", changed_at(found)),),
        affected=refs(inventory.pods_by_node.get(node.name, ())),
        since=changed_at(found),
    )


_PROBLEMS = {
    "NetworkUnavailable": ("node-network-unavailable", 0.9),
    "KernelDeadlock": ("node-kernel-fault", 0.9),
    "ReadonlyFilesystem": ("node-kernel-fault", 0.85),
    "XfsShutdown": ("node-kernel-fault", 0.85),
    "CperHardwareErrorFatal": ("node-kernel-fault", 0.9),
    "KubeletUnhealthy": ("kubelet-unavailable", 0.85),
    "FrequentKubeletRestart": ("kubelet-unavailable", 0.65),
    "ContainerRuntimeUnhealthy": ("container-runtime-unavailable", 0.85),
    "FrequentContainerdRestart": ("container-runtime-unavailable", 0.65),
    "FrequentDockerRestart": ("container-runtime-unavailable", 0.65),
    "CorruptDockerOverlay2": ("container-runtime-unavailable", 0.65),
    "CorruptDockerImage": ("container-runtime-unavailable", 0.5),
    "FrequentUnregisterNetDevice": ("node-network-unavailable", 0.5),
    "NTPProblem": ("node-clock-skew", 0.85),
}


def problems(inventory: Inventory) -> Iterator[Finding]:
    """Permanent problems by cloud providers, CNI plugins and node-problem-detector (its config/*.json)."""
    for node in inventory.all(Node):
        for each in node.status.conditions:
            if each.status == "True" and each.type in _PROBLEMS:
                cause, strength = _PROBLEMS[each.type]
                yield Finding(
                    "nodes/problem",
                    node.ref,
                    Text(
                        f"Node {node.name} reports {each.type}: {(each.message or each.reason)[:200]}",
                        f"节点 {node.name} 报告 {each.type}:{(each.message or each.reason)[:200]}",
                    ),
                    Severity.ERROR,
                    claims=(Claim(cause, node.ref, strength),),
                    facts=(fact(node, f".status.conditions[{each.type}]", f"True {each.message}"),),
                    affected=refs(inventory.pods_by_node.get(node.name, ())),
                    since=changed_at(each),
                )


def stale_heartbeat(inventory: Inventory) -> Iterator[Finding]:
    """A node that Kubernetes still calls ready although its lease is no longer renewed while others are.

    Source: pkg/kubelet (renews kube-node-lease every 10 s), nodelifecycle (grace period 40 to 50 s). Leases are
    compared with the newest lease of the survey, so an old dump does not look like a dead cluster.
    """
    leases = inventory.all(Lease)
    reference = newest(each.spec.renew_time for each in leases)
    for lease in leases if reference else ():
        if lease.namespace != "kube-node-lease" or lease.spec.renew_time is None or reference is None:
            continue
        silent = seconds_between(reference, lease.spec.renew_time)
        node = inventory.get(Node, "", lease.name)
        if node is not None and _says_ready(node) and silent > max(_GRACE, lease.spec.lease_duration_seconds or 0):
            yield _stale(inventory, node, lease, silent)


def _says_ready(node: Node) -> bool:
    ready = condition(node.status.conditions, "Ready")
    return ready is None or ready.status == "True"


def _stale(inventory: Inventory, node: Node, lease: Lease, silent: float) -> Finding:
    since = aware(lease.spec.renew_time) if lease.spec.renew_time else None
    return Finding(
        "nodes/stale-heartbeat",
        node.ref,
        Text(
            f"Node {node.name} has not renewed its lease for {spell(silent)} while other leases are fresh",
            f"节点 {node.name} 已有 {spell(silent)} 未续租,而其他租约仍在更新",
        ),
        Severity.ERROR,
        claims=(Claim("kubelet-unavailable", node.ref, 0.75), Claim("node-not-ready", node.ref, 0.6)),
        facts=(fact(lease, ".spec.renewTime", lease.spec.renew_time, since),),
        affected=refs(inventory.pods_by_node.get(node.name, ())),
        since=since,
    )


_TAINTS = {
    "node.kubernetes.io/not-ready": "node-not-ready",
    "node.kubernetes.io/unreachable": "node-not-ready",
    "node.kubernetes.io/network-unavailable": "node-network-unavailable",
    "node.kubernetes.io/memory-pressure": "node-memory-pressure",
    "node.kubernetes.io/disk-pressure": "node-disk-pressure",
    "node.kubernetes.io/pid-pressure": "node-pid-pressure",
}


def tainted(inventory: Inventory) -> Iterator[Finding]:
    """A node of which only the control plane's taint is known, not the condition behind it (partial dumps)."""
    for node in inventory.all(Node):
        if node.status.conditions:
            continue
        for taint in node.spec.taints:
            if taint.key in _TAINTS:
                yield Finding(
                    "nodes/tainted",
                    node.ref,
                    Text(
                        f"Node {node.name} carries the control plane's taint {taint.key}:{taint.effect}",
                        f"节点 {node.name} 带有控制面添加的污点 {taint.key}:{taint.effect}",
                    ),
                    Severity.ERROR,
                    claims=(Claim(_TAINTS[taint.key], node.ref, 0.75),),
                    facts=(fact(node, ".spec.taints", f"{taint.key}:{taint.effect}", taint.time_added),),
                    affected=refs(inventory.pods_by_node.get(node.name, ())),
                    since=taint.time_added,
                )


DETECTORS = (
    not_ready,
    pressure,
    problems,
    stale_heartbeat,
    tainted,
    *_node_events.DETECTORS,
    *_node_agents.DETECTORS,
    *_node_pods.DETECTORS,
    *_node_advice.DETECTORS,
)
READERS = (_node_units.read_unit,)
