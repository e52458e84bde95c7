"""Pods that the kubelet evicted: for the pressure of their node, or for their own use of local storage."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from midwatch.detectors._backing import is_ready
from midwatch.detectors._runs import MAX_TEXT, age
from midwatch.detectors.common import MAX_FACTS, fact, refs, shorten
from midwatch.domain.finding import Claim, Finding, Severity, Status
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.pods import Pod
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_OWN_USE = re.compile(
    r"ephemeral local storage usage exceeds|exceeded its local ephemeral storage limit"
    r"|EmptyDir volume .{0,253} exceeds"
)
_RESOURCE = re.compile(r"low on resource: ([a-z-]{1,40})|had condition: \[([A-Za-z]{1,40})")
_PRESSURE = {
    "memory": "node-memory-pressure",
    "memorypressure": "node-memory-pressure",
    "ephemeral-storage": "node-disk-pressure",
    "inodes": "node-disk-pressure",
    "diskpressure": "node-disk-pressure",
    "pids": "node-pid-pressure",
    "pidpressure": "node-pid-pressure",
}
_FRESH = 60 * 60.0
_MANY = 3
_LONG = 24 * _FRESH
_SHORT = 600.0


class _Eviction(NamedTuple):
    """Whom an eviction blames (the workload, else the node), with which cause."""

    who: Ref
    cause: str
    own: bool


def evicted_pods(inventory: Inventory) -> Iterator[Finding]:
    """Evicted pods stay behind as Failed. Source: pkg/kubelet/eviction/{helpers,eviction_manager}.go."""
    groups: dict[_Eviction, list[Pod]] = {}
    for pod in inventory.all(Pod):
        if pod.status.phase == "Failed" and pod.status.reason == "Evicted":
            groups.setdefault(_eviction(inventory, pod), []).append(pod)
    for eviction, pods in groups.items():
        yield _finding(inventory, eviction, pods)


def _eviction(inventory: Inventory, pod: Pod) -> _Eviction:
    message = pod.status.message[:MAX_TEXT]
    workload = inventory.workload(pod)
    if _OWN_USE.search(message):
        return _Eviction(workload, "ephemeral-storage-exhausted", True)
    match = _RESOURCE.search(message)
    cause = _PRESSURE.get((match[1] or match[2]).lower(), "") if match is not None else ""
    if cause and pod.spec.node_name:
        return _Eviction(Ref("Node", "", pod.spec.node_name), cause, False)
    return _Eviction(workload, "pod-evicted", True)


def _finding(inventory: Inventory, eviction: _Eviction, pods: list[Pod]) -> Finding:
    over = all(_is_over(inventory, pod) for pod in pods) and not (eviction.own and _recurs(inventory, pods))
    strength = {"ephemeral-storage-exhausted": 0.97, "pod-evicted": 0.6}.get(eviction.cause, 0.8)
    claims = [Claim(eviction.cause, eviction.who, strength)]
    if not eviction.own:
        claims += [Claim("pod-evicted", who, 0.4) for who in sorted({inventory.workload(pod) for pod in pods})]
    reason = shorten(pods[0].status.message)[:200]
    return Finding(
        rule=f"crashes/{eviction.cause}",
        subject=eviction.who,
        message=Text(
            f"{len(pods)} pod(s) were evicted because of {eviction.who}: {reason}",
            f"{len(pods)} 个 Pod 因 {eviction.who} 被驱逐：{reason}",
        ),
        severity=Severity.WARNING if over else Severity.ERROR,
        status=Status.RECOVERED if over else Status.ACTIVE,
        claims=tuple(claims),
        facts=tuple(fact(pod, ".status.message", pod.status.message) for pod in pods[:MAX_FACTS]),
        affected=refs(pods),
    )


def _is_over(inventory: Inventory, pod: Pod) -> bool:
    """Whether the eviction is long ago or its workload has as many ready pods as live ones."""
    alive = [each for each in inventory.pods_by_workload.get(inventory.workload(pod), ()) if _is_alive(each)]
    replaced = bool(alive) and all(is_ready(each) for each in alive)
    since = age(inventory, pod.status.start_time or pod.metadata.creation_timestamp)
    return replaced or (not alive and since is not None and since > 24 * _FRESH)


def _recurs(inventory: Inventory, pods: list[Pod]) -> bool:
    """Whether each replacement was evicted in its turn, and the one that runs is no older than those became."""
    starts = sorted(found for pod in pods if (found := _started(inventory, pod)) is not None)
    alive = [each for each in inventory.pods_by_workload.get(inventory.workload(pods[0]), ()) if _is_alive(each)]
    latest = min((found for pod in alive if (found := _started(inventory, pod)) is not None), default=0.0)
    ages = [latest, *starts] if alive else starts
    cycles = [older - younger for younger, older in pairwise(ages)]
    return len(starts) >= _MANY and ages[-1] < _LONG and ages[0] <= max(_SHORT, 2 * max(cycles, default=0.0))


def _started(inventory: Inventory, pod: Pod) -> float | None:
    return age(inventory, pod.status.start_time or pod.metadata.creation_timestamp)


def _is_alive(pod: Pod) -> bool:
    return pod.status.phase not in ("Failed", "Succeeded") and pod.metadata.deletion_timestamp is None
