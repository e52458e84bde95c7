"""nodes: what events tell about nodes, and what pods' events tell about the node that they are on."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from midwatch.detectors._ages import age, newest, older_than, seconds_between, spell
from midwatch.detectors.common import MAX_FACTS, condition, event_fact, is_finished, refs
from midwatch.detectors.nodes._node_messages import node_cause, sandbox_cause
from midwatch.domain.finding import Claim, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Event, Node
from midwatch.domain.kube.meta import Condition
from midwatch.domain.kube.pods import Pod
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_RECENT = 900
"""Seconds during which an event about a node counts as present trouble."""

_REPEATED = 330
"""Seconds within which the kubelet repeats a failure that lasts (it collects garbage every 1 and 5 minutes)."""

_NOISE = re.compile(r"invalid capacity 0 on image filesystem|unable to find data in memory cache", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a reason means when the message says no more."""

    cause: str
    strength: float


_REASONS: Mapping[str, _Meaning] = {
    "NodeNotReady": _Meaning("node-not-ready", 0.7),
    "NodeHasDiskPressure": _Meaning("node-disk-pressure", 0.7),
    "NodeHasInsufficientMemory": _Meaning("node-memory-pressure", 0.7),
    "NodeHasInsufficientPID": _Meaning("node-pid-pressure", 0.7),
    "SystemOOM": _Meaning("node-memory-pressure", 0.6),
    "ContainerGCFailed": _Meaning("container-runtime-unavailable", 0.5),
    "ImageGCFailed": _Meaning("node-disk-pressure", 0.55),
    "FreeDiskSpaceFailed": _Meaning("node-disk-pressure", 0.7),
    "EvictionThresholdMet": _Meaning("node-memory-pressure", 0.5),
    "Rebooted": _Meaning("node-not-ready", 0.5),
    "KubeletSetupFailed": _Meaning("kubelet-unavailable", 0.8),
    "ContainerRuntimeUnhealthy": _Meaning("container-runtime-unavailable", 0.8),
    "KernelOops": _Meaning("node-kernel-fault", 0.7),
    "KernelDeadlock": _Meaning("node-kernel-fault", 0.8),
    "FilesystemIsReadOnly": _Meaning("node-kernel-fault", 0.8),
}
_RECLAIMED = (
    ("ephemeral-storage", "node-disk-pressure"),
    ("inodes", "node-disk-pressure"),
    ("pids", "node-pid-pressure"),
    ("memory", "node-memory-pressure"),
)


def node_events(inventory: Inventory) -> Iterator[Finding]:
    """Warnings about a node. Sources: pkg/kubelet/events/event.go, pkg/controller/nodelifecycle."""
    groups: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for event in inventory.all(Event):
        target = event.involved_object
        if target.kind == "Node" and event.reason in _REASONS and not _NOISE.search(event.message[:4096]):
            groups[target.name, event.reason].append(event)
    for (name, reason), events in groups.items():
        finding = _of_events(inventory, name, reason, events)
        if finding is not None:
            yield finding


def _of_events(inventory: Inventory, name: str, reason: str, events: list[Event]) -> Finding | None:
    last = newest(each.last_seen for each in events)
    passed = age(inventory, last)
    recovered = _is_over(inventory, name, reason, last)
    cause, strength = _meaning(reason, events[-1].message)
    ref = Ref("Node", "", name)
    when = "" if passed is None else f" {spell(passed)} ago"
    return Finding(
        "nodes/event",
        ref,
        Text(
            f"Node {name} reported {reason}{when}: {events[-1].message[:160]}",
            f"节点 {name} 报告了 {reason}:{events[-1].message[:160]}",
        ),
        Severity.WARNING,
        Status.RECOVERED if recovered else Status.ACTIVE,
        claims=(Claim(cause, ref, strength),),
        facts=tuple(event_fact(each) for each in events[-MAX_FACTS:]),
        since=newest((events[0].first_seen,)),
    )


def _is_over(inventory: Inventory, name: str, reason: str, last: datetime | None) -> bool:
    """Whether the node got over it: it is ready, became so later, or the kubelet would have said it again."""
    ready = _ready(inventory, name)
    if ready is None:
        return older_than(inventory, last, _RECENT, unknown=True)
    if ready.status != "True":
        return False
    if reason in ("NodeNotReady", "Rebooted"):
        return True
    later = ready.last_transition_time
    if later is not None and last is not None and seconds_between(later, last) > 0:
        return True
    return older_than(inventory, last, _RECENT if reason == "SystemOOM" else _REPEATED, unknown=True)


def _meaning(reason: str, message: str) -> tuple[str, float]:
    if reason == "EvictionThresholdMet":
        lowered = message[:200].lower()
        cause = next((cause for word, cause in _RECLAIMED if word in lowered), "node-memory-pressure")
        return cause, 0.8
    meant = _REASONS[reason]
    return node_cause(message) or (meant.cause, meant.strength)


def _ready(inventory: Inventory, name: str) -> Condition | None:
    """What a node says about being ready; None when nothing is known of it."""
    node = inventory.get(Node, "", name)
    return condition(node.status.conditions, "Ready") if node else None


_SANDBOX_REASONS = ("FailedCreatePodSandBox", "NetworkNotReady", "FailedKillPod", "FailedSync", "Failed")
_LATELY = 600


def sandbox_failures(inventory: Inventory) -> Iterator[Finding]:
    """Pods of which the kubelet says that the node's runtime or network cannot serve them.

    Source: pkg/kubelet/kubelet.go (NetworkNotReady), kuberuntime_sandbox.go (FailedCreatePodSandBox).
    """
    groups: dict[tuple[str, str], list[tuple[Pod, Event]]] = defaultdict(list)
    for event in inventory.all(Event):
        if event.reason not in _SANDBOX_REASONS or event.type == "Normal":
            continue
        cause = sandbox_cause(event.message)
        pod = inventory.get(Pod, event.involved_object.namespace, event.involved_object.name) if cause else None
        if pod is not None and cause is not None and pod.spec.node_name and _still_waits(inventory, pod, event):
            groups[pod.spec.node_name, cause[0]].append((pod, event))
    for (name, cause_id), found in groups.items():
        yield _sandboxes(name, cause_id, found)


def _still_waits(inventory: Inventory, pod: Pod, event: Event) -> bool:
    if is_finished(pod) or any(each.ready for each in pod.status.container_statuses):
        return False
    return not older_than(inventory, event.last_seen, _LATELY, unknown=False)


def _sandboxes(name: str, cause: str, found: list[tuple[Pod, Event]]) -> Finding:
    pods = list({pod.ref: pod for pod, _ in found}.values())
    strength = max((known[1] for _, event in found if (known := sandbox_cause(event.message))), default=0.5)
    node = Ref("Node", "", name)
    return Finding(
        "nodes/sandbox",
        node,
        Text(
            f"Node {name} cannot set up {len(pods)} pods: {found[0][1].message[:160]}",
            f"节点 {name} 无法为 {len(pods)} 个 Pod 建立沙箱:{found[0][1].message[:160]}",
        ),
        Severity.ERROR,
        claims=(Claim(cause, node, strength),),
        facts=tuple(event_fact(event) for _, event in found[:MAX_FACTS]),
        affected=refs(pods),
        since=newest((found[0][1].first_seen,)),
    )


def not_ready_by_pods(inventory: Inventory) -> Iterator[Finding]:
    """`NodeNotReady` events of pods, where the node itself could not be read. Source: nodelifecycle."""
    groups: dict[str, list[tuple[Pod, Event]]] = defaultdict(list)
    for event in inventory.all(Event):
        target = event.involved_object
        if event.reason != "NodeNotReady" or target.kind != "Pod":
            continue
        pod = inventory.get(Pod, target.namespace, target.name)
        if pod is not None and pod.spec.node_name and _ready(inventory, pod.spec.node_name) is None:
            groups[pod.spec.node_name].append((pod, event))
    for name, found in groups.items():
        if older_than(inventory, newest(event.last_seen for _, event in found), _RECENT, unknown=False):
            continue
        node = Ref("Node", "", name)
        yield Finding(
            "nodes/not-ready-by-pods",
            node,
            Text(
                f"Node {name} was called not ready in events of {len(found)} of its pods",
                f"节点 {name} 上 {len(found)} 个 Pod 的事件称该节点未就绪",
            ),
            Severity.ERROR,
            claims=(Claim("node-not-ready", node, 0.75), Claim("kubelet-unavailable", node, 0.5)),
            facts=tuple(event_fact(event) for _, event in found[:MAX_FACTS]),
            affected=refs(pod for pod, _ in found),
        )


DETECTORS = (node_events, sandbox_failures, not_ready_by_pods)
