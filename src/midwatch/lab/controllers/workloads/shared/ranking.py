"""Which pods go first when there are too many.

Source: kubernetes/pkg/controller/controller_utils.go (ActivePodsWithRanks).
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from midwatch.lab.controllers.workloads.shared.pods import phase_of, ready_since, restarts
from midwatch.lab.core.objects import Obj, annotations_of, created_at, spec, uid_of

_COST = "controller.kubernetes.io/pod-deletion-cost"
_PHASES = {"Pending": 0, "Unknown": 1, "Running": 2}

_Rank: TypeAlias = tuple[bool, int, bool, int, int, int, int, int, str]


class _Entry(NamedTuple):
    """What of a pod counts for its rank; `ready` is when it became so, -1 while it is not."""

    pod: Obj
    node: str
    phase: int
    ready: float
    cost: int
    restarts: int
    created: float


class Ranking:
    """Orders pods for deletion. What a pod's object says is read once, however often it is ranked."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}

    def first(self, pods: Sequence[Obj], count: int, related: Iterable[Obj], now: float) -> list[Obj]:
        """The `count` pods to delete first.

        Unassigned before assigned, pending before running, not ready before ready, cheap before dear, where more
        `related` pods share the node, young before old (both on a logarithmic scale), restarted before calm.
        """
        crowds = Counter(self._entry(each).node for each in related)
        ages: dict[float, int] = {-1.0: 0}

        def age(since: float) -> int:
            found = ages.get(since)
            if found is None:
                found = ages[since] = _magnitude(now - since)
            return found

        def rank(pod: Obj) -> _Rank:
            _, node, phase, ready, cost, again, created = self._entry(pod)
            since, crowd = age(ready), -crowds[node]
            return bool(node), phase, ready >= 0, cost, crowd, since, -again, age(created), uid_of(pod)

        chosen = heapq.nsmallest(count, pods, key=rank)
        for each in chosen:
            self._entries.pop(uid_of(each), None)
        return chosen

    def forget(self, pods: Iterable[Obj]) -> None:
        """These need no ranks any more."""
        for each in pods:
            self._entries.pop(uid_of(each), None)

    def _entry(self, pod: Obj) -> _Entry:
        uid = uid_of(pod)
        known = self._entries.get(uid)
        if known is None or known.pod is not pod:
            known = self._entries[uid] = _read(pod)
        return known


def _read(pod: Obj) -> _Entry:
    ready = ready_since(pod)
    return _Entry(
        pod,
        spec(pod).get("nodeName") or "",
        _PHASES.get(phase_of(pod), 2),
        -1.0 if ready is None else ready,
        _cost(pod),
        restarts(pod),
        created_at(pod),
    )


def _cost(pod: Obj) -> int:
    text = annotations_of(pod).get(_COST, "0")
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() else 0


def _magnitude(age: float) -> int:
    return int(math.log2(age * 1e9)) if age > 0 else -1
