"""How many pods each owner has, and how many are ready: kept with every change instead of counted on every look.

Ten thousand pods of one ReplicaSet become ready one by one; counting all of them each time would be quadratic.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from midwatch.lab.controllers.workloads.shared.pods import is_active, ready_since
from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import POD
from midwatch.lab.core.objects import Obj, controller_of, uid_of
from midwatch.lab.core.store import Change


@dataclass(slots=True)
class Tally:
    """The active pods of one owner by UID, and when each that is ready became so."""

    active: dict[str, Obj] = field(default_factory=dict[str, Obj])
    ready: dict[str, float] = field(default_factory=dict[str, float])

    def available(self, min_ready: int, now: float) -> int:
        """How many have been ready for some seconds."""
        if min_ready == 0:
            return len(self.ready)
        return sum(since + min_ready <= now for since in self.ready.values())

    def next_available(self, min_ready: int, now: float) -> float | None:
        """Seconds until the next ready pod becomes available."""
        waiting = [since + min_ready - now for since in self.ready.values() if since + min_ready > now]
        return min(waiting, default=None)


class Tallies:
    """The tally of every owner of pods."""

    def __init__(self, env: Env) -> None:
        self._by_owner: dict[str, Tally] = {}
        self._empty = Tally()
        for each in env.store.list(POD):
            self._add(each)
        env.store.watch(self._changed, POD)

    def of(self, uid: str) -> Tally:
        """One owner's tally (shared: not to be changed)."""
        return self._by_owner.get(uid, self._empty)

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_owner)

    def _changed(self, change: Change) -> None:
        if change.old is not None:
            self._drop(change.old, change.new)
        if change.type != "DELETED":
            self._add(change.new)

    def _drop(self, old: Obj, new: Obj) -> None:
        owner = controller_of(old)
        if owner is None:
            return
        tally = self._by_owner.get(owner["uid"])
        if tally is None:
            return
        uid = uid_of(new)
        tally.ready.pop(uid, None)
        # An active pod keeps its place in the order, so that a run does not depend on who became ready first.
        after = controller_of(new)
        if not is_active(new) or after is None or after["uid"] != owner["uid"]:
            tally.active.pop(uid, None)
        if not tally.active:
            self._by_owner.pop(owner["uid"], None)

    def _add(self, pod: Obj) -> None:
        owner = controller_of(pod)
        if owner is None or not is_active(pod):
            return
        tally = self._by_owner.setdefault(owner["uid"], Tally())
        tally.active[uid_of(pod)] = pod
        since = ready_since(pod)
        if since is not None:
            tally.ready[uid_of(pod)] = since
