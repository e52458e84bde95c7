"""Who owns whom: every object by UID, and its dependents.

Source: kubernetes/pkg/controller/garbagecollector/graph.go, graph_builder.go.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import EVENT, Kind
from midwatch.lab.core.objects import Obj, is_deleted, meta, name_of, namespace_of, uid_of
from midwatch.lab.core.store import Change

FOREGROUND, ORPHAN = "foregroundDeletion", "orphan"


class Node(NamedTuple):
    """Where an object is."""

    kind: Kind
    namespace: str
    name: str


def owners_of(found: Obj) -> Sequence[Obj]:
    """All its owner references, controlling or not."""
    return meta(found).get("ownerReferences") or ()


def waits(found: Obj) -> bool:
    """Whether it is being deleted in the foreground: after its dependents."""
    return is_deleted(found) and FOREGROUND in (meta(found).get("finalizers") or ())


def orphans(found: Obj) -> bool:
    """Whether it is being deleted and leaves its dependents alone."""
    return is_deleted(found) and ORPHAN in (meta(found).get("finalizers") or ())


class Graph:
    """The graph, kept with every change. `attempt(uid)` is told what may have become garbage."""

    def __init__(self, env: Env, attempt: Callable[[str], None]) -> None:
        self._env = env
        self._attempt = attempt
        self._nodes: dict[str, Node] = {}
        self._dependents: dict[str, dict[str, None]] = {}
        for kind in list(env.kinds):
            for each in env.store.list(kind) if kind is not EVENT else ():
                self._add(kind, each)
        for each in list(self._nodes):
            self._attempt(each)
        env.store.watch(self._changed)

    def find(self, uid: str) -> tuple[Kind, Obj] | None:
        """The object with a UID, as it is now."""
        node = self._nodes.get(uid)
        found = self._env.store.get(*node) if node is not None else None
        return (node.kind, found) if node is not None and found is not None else None

    def node(self, uid: str) -> Node | None:
        """Where an object is; None when there is none."""
        return self._nodes.get(uid)

    def dependents(self, uid: str) -> list[str]:
        """UIDs of what names it as an owner."""
        return list(self._dependents.get(uid, ()))

    def _changed(self, change: Change) -> None:
        if change.kind is EVENT:
            return
        if change.type == "MODIFIED" and change.old is not None and _same(change.old, change.new):
            return
        if change.type == "DELETED":
            self._remove(change.new)
            return
        if change.old is not None:
            self._unlink(change.old)
        self._add(change.kind, change.new)
        if owners_of(change.new) or is_deleted(change.new):
            self._attempt(uid_of(change.new))

    def _add(self, kind: Kind, found: Obj) -> None:
        self._nodes[uid_of(found)] = Node(kind, namespace_of(found), name_of(found))
        for each in owners_of(found):
            self._dependents.setdefault(each["uid"], {})[uid_of(found)] = None

    def _unlink(self, found: Obj) -> None:
        for each in owners_of(found):
            known = self._dependents.get(each["uid"])
            if known is not None:
                known.pop(uid_of(found), None)
                if not known:
                    del self._dependents[each["uid"]]

    def _remove(self, found: Obj) -> None:
        self._unlink(found)
        self._nodes.pop(uid_of(found), None)
        for each in self.dependents(uid_of(found)):
            self._attempt(each)
        for each in owners_of(found):
            owner = self.find(each["uid"])
            if owner is not None and waits(owner[1]):
                self._attempt(each["uid"])


def _same(old: Obj, new: Obj) -> bool:
    """Whether nothing that matters here changed: most writes are of statuses."""
    before, after = meta(old), meta(new)
    watched = ("ownerReferences", "finalizers", "deletionTimestamp")
    return all(before.get(key) is after.get(key) or before.get(key) == after.get(key) for key in watched)
