"""How a Deployment spreads its replicas over its ReplicaSets.

Source: kubernetes/pkg/controller/deployment/sync.go (scale), rolling.go, util/deployment_util.go.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from midwatch.lab.controllers.workloads.deployment.reading import (
    MAXIMUM,
    actual,
    max_unavailable,
    oldest_first,
    replicas,
    rolls,
    surge_and_unavailable,
    total,
)
from midwatch.lab.core.objects import Obj, annotations_of, created_at, name_of, status, uid_of


def new_size(deployment: Obj, sets: Sequence[Obj], current: int) -> int:
    """Replicas for the new ReplicaSet that has `current` now: as many as the surge leaves room for."""
    wanted = replicas(deployment)
    if not rolls(deployment):
        return wanted
    most = wanted + surge_and_unavailable(deployment)[0]
    room = most - total(sets)
    return current if room <= 0 else current + min(room, wanted - current)


def shrunk(deployment: Obj, old: Sequence[Obj], new: Obj) -> Iterator[tuple[Obj, int]]:
    """(Old ReplicaSet, its smaller size) in the next step of a rolling update; unavailable pods go first."""
    sets = [*old, new]
    least = replicas(deployment) - max_unavailable(deployment)
    missing = replicas(new) - actual([new], "availableReplicas")
    room = total(sets) - least - missing
    if room <= 0 or total(old) == 0:
        return
    sizes = {uid_of(each): replicas(each) for each in old}
    _clean(old, sizes, room)
    _step(old, sizes, actual(sets, "availableReplicas") - least)
    yield from ((each, sizes[uid_of(each)]) for each in oldest_first(old) if sizes[uid_of(each)] != replicas(each))


def _clean(old: Sequence[Obj], sizes: dict[str, int], room: int) -> None:
    """Source: rolling.go (cleanupUnhealthyReplicas)."""
    for each in oldest_first(old):
        cut = min(room, sizes[uid_of(each)] - actual([each], "availableReplicas"))
        if cut > 0:
            sizes[uid_of(each)] -= cut
            room -= cut


def _step(old: Sequence[Obj], sizes: dict[str, int], spare: int) -> None:
    """Source: rolling.go (scaleDownOldReplicaSetsForRollingUpdate)."""
    for each in oldest_first(old):
        cut = min(sizes[uid_of(each)], spare)
        if cut > 0:
            sizes[uid_of(each)] -= cut
            spare -= cut


def scaled(deployment: Obj, new: Obj | None, old: Sequence[Obj]) -> list[tuple[Obj, int]]:
    """(ReplicaSet, size) after the Deployment was scaled in a rollout: in proportion to their sizes."""
    active = [each for each in [*old, *([new] if new is not None else [])] if replicas(each) > 0]
    wanted = replicas(deployment)
    allowed = wanted + surge_and_unavailable(deployment)[0] if wanted > 0 else 0
    missing = allowed - total(active)
    newest = -1 if missing > 0 else 1
    active.sort(key=lambda each: (-replicas(each), newest * created_at(each), name_of(each)))
    sizes: list[tuple[Obj, int]] = []
    added = 0
    for each in active:
        share = _share(deployment, each, missing, added)
        added += share
        sizes.append((each, replicas(each) + share))
    if sizes and missing:
        first, size = sizes[0]
        sizes[0] = first, max(size + missing - added, 0)
    return sizes


def _share(deployment: Obj, each: Obj, missing: int, added: int) -> int:
    if missing in (0, added):
        return 0
    fraction, left = _fraction(deployment, each), missing - added
    return min(fraction, left) if missing > 0 else max(fraction, left)


def _fraction(deployment: Obj, each: Obj) -> int:
    if replicas(deployment) == 0:
        return -replicas(each)
    most = replicas(deployment) + surge_and_unavailable(deployment)[0]
    text = annotations_of(each).get(MAXIMUM, "")
    before = int(text) if text.isdigit() and int(text) else status(deployment).get("replicas") or most
    return math.floor(replicas(each) * most / before + 0.5) - replicas(each)
