"""Which daemon pods a rolling update replaces next.

Source: kubernetes/pkg/controller/daemon/update.go (rollingUpdate).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from midwatch.lab.controllers.workloads.daemonset.placement import REVISION
from midwatch.lab.controllers.workloads.shared.bounds import scaled
from midwatch.lab.controllers.workloads.shared.pods import is_available
from midwatch.lab.core.objects import Obj, is_deleted, labels_of, spec


@dataclass(frozen=True, slots=True)
class Step:
    """Old pods to delete, and nodes that get a new pod beside the old one."""

    delete: list[Obj]
    create: list[str]


def bounds(found: Obj, desired: int) -> tuple[int, int]:
    """(maxSurge, maxUnavailable) in nodes, both rounded up; one is unavailable when both are zero."""
    strategy: Obj = spec(found).get("updateStrategy") or {}
    rolling: Obj = strategy.get("rollingUpdate") or {}
    surge = scaled(rolling.get("maxSurge"), desired, up=True)
    unavailable = scaled(rolling.get("maxUnavailable"), desired, up=True, default=1)
    return (0, 1) if surge == 0 and unavailable == 0 else (surge, unavailable)


def next_step(found: Obj, pods: Mapping[str, Sequence[Obj]], desired: int, revision: str, now: float) -> Step:
    """What to replace now, given the pods by node and the number of nodes that should have one."""
    surge, unavailable = bounds(found, desired)
    wait = int(spec(found).get("minReadySeconds") or 0)
    placed = {node: _pair(each, revision) for node, each in pods.items()}
    if surge:
        return _with_surge(placed, surge, wait, now)
    return _in_place(placed, unavailable, wait, now)


_Pair = tuple[Obj | None, Obj | None] | None


def _pair(pods: Sequence[Obj], revision: str) -> _Pair:
    """(New pod, old pod) of a node; None when there is more than one of either. Source: findUpdatedPodsOnNode."""
    living = [each for each in pods if not is_deleted(each)]
    new = [each for each in living if labels_of(each).get(REVISION) == revision]
    old = [each for each in living if labels_of(each).get(REVISION) != revision]
    if len(new) > 1 or len(old) > 1:
        return None
    return (new[0] if new else None), (old[0] if old else None)


def _in_place(placed: Mapping[str, _Pair], most: int, wait: int, now: float) -> Step:
    missing, broken, candidates = 0, list[Obj](), list[Obj]()
    for pair in placed.values():
        new, old = pair if pair is not None else (None, None)
        if (new is None) == (old is None):
            missing += 1
        elif new is not None:
            missing += not is_available(new, wait, now)
        elif old is not None and not is_available(old, wait, now):
            broken.append(old)
        elif old is not None and missing < most:
            candidates.append(old)
    return Step([*broken, *candidates[: max(most - missing, 0)]], [])


def _with_surge(placed: Mapping[str, _Pair], most: int, wait: int, now: float) -> Step:
    extra, delete = 0, list[Obj]()
    broken, candidates = list[str](), list[str]()
    for node, pair in placed.items():
        if pair is None:
            extra += 1
            continue
        new, old = pair
        if old is None:
            continue
        if new is None:
            (candidates if is_available(old, wait, now) else broken).append(node)
        elif is_available(new, wait, now):
            delete.append(old)
        else:
            extra += 1
    return Step(delete, [*broken, *candidates[: max(most - extra, 0)]])
