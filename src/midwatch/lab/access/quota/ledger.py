"""What is used of each quota, kept up to date with every change instead of counted again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from midwatch.lab.access.pod_resources import Amounts
from midwatch.lab.access.quota.scopes import in_scope
from midwatch.lab.access.quota.usage import concerns, usage
from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import RESOURCE_QUOTA, Kind
from midwatch.lab.core.objects import Obj, is_deleted, name_of, namespace_of, spec, status
from midwatch.lab.core.store import Change

QuotaKey: TypeAlias = tuple[str, str]
"""Namespace and name of a quota."""


@dataclass
class Tally:
    """The objects that count for one quota, each with what it counts for, and the sums."""

    quota: Obj
    hard: frozenset[str]
    parts: dict[tuple[Kind, str], Amounts] = field(default_factory=dict[tuple[Kind, str], Amounts])
    used: Amounts = field(default_factory=dict[str, int])

    def put(self, key: tuple[Kind, str], new: Amounts | None) -> bool:
        """An object counts for this now (None: for nothing any more); whether that changed anything."""
        old = self.parts.pop(key, None)
        if new:
            self.parts[key] = new
        if old == new or not (old or new):
            return False
        for resource, value in (old or {}).items():
            self.used[resource] -= value
        for resource, value in (new or {}).items():
            self.used[resource] += value
        return True


class Ledger:
    """A tally for each quota. `changed` is told the quotas whose sums changed."""

    def __init__(self, env: Env, changed: Callable[[QuotaKey], None]) -> None:
        self._env = env
        self._changed = changed
        self._tallies: dict[str, dict[str, Tally]] = {}
        for each in env.store.list(RESOURCE_QUOTA):
            self._open(each)
        env.store.watch(self._quota_changed, RESOURCE_QUOTA)
        env.store.watch(self._object_changed)

    def tally(self, key: QuotaKey) -> Tally | None:
        """That of one quota."""
        return self._tallies.get(key[0], {}).get(key[1])

    def quotas(self) -> list[QuotaKey]:
        """All quotas."""
        return [(namespace, name) for namespace, own in self._tallies.items() for name in own]

    def recount(self, key: QuotaKey) -> None:
        """Count again from the start: time alone may have changed what pods count for."""
        tally = self.tally(key)
        if tally is not None:
            self._open(tally.quota)

    def _open(self, quota: Obj) -> None:
        namespace = namespace_of(quota)
        hard = frozenset(spec(quota).get("hard") or ())
        tally = Tally(quota, hard, used=dict.fromkeys(hard, 0))
        for kind in self._env.kinds:
            if kind.namespaced and any(concerns(kind, each) for each in hard):
                for each in self._env.store.list(kind, namespace):
                    tally.put((kind, name_of(each)), self._counted(tally, kind, each))
        self._tallies.setdefault(namespace, {})[name_of(quota)] = tally
        self._changed((namespace, name_of(quota)))

    def _counted(self, tally: Tally, kind: Kind, obj: Obj) -> Amounts:
        if not in_scope(tally.quota, kind, obj):
            return {}
        found = usage(kind, obj, self._env.clock.now)
        return {key: value for key, value in found.items() if key in tally.hard}

    def _quota_changed(self, change: Change) -> None:
        namespace, name = namespace_of(change.new), name_of(change.new)
        if change.type == "DELETED":
            own = self._tallies.get(namespace, {})
            own.pop(name, None)
            if not own:
                self._tallies.pop(namespace, None)
        elif change.old is None or spec(change.old) != spec(change.new):
            self._open(change.new)

    def _object_changed(self, change: Change) -> None:
        if not self._tallies:
            return
        found = self._tallies.get(namespace_of(change.new))
        if not found or _is_same(change):
            return
        gone = change.type == "DELETED"
        for name, tally in found.items():
            key = (change.kind, name_of(change.new))
            counted = None if gone else self._counted(tally, change.kind, change.new)
            if tally.put(key, counted):
                self._changed((namespace_of(change.new), name))


def _is_same(change: Change) -> bool:
    """Whether nothing changed that could count: most writes are of a status."""
    old, new = change.old, change.new
    if change.type != "MODIFIED" or old is None or old.get("spec") is not new.get("spec"):
        return False
    return status(old).get("phase") == status(new).get("phase") and is_deleted(old) == is_deleted(new)
