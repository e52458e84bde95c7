"""Objects by the controller that owns them, and those that nobody owns: who must look when one changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from midwatch.lab.controllers.workloads.shared.desk import Key
from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj, controller_of, is_deleted, labels_of, namespace_of, uid_of
from midwatch.lab.core.store import Change

Wake: TypeAlias = Callable[[Key], None]


class Children:
    """All objects of one type. `relabelled` holds the UIDs, by owner, whose labels changed under its control:
    only they can have fallen out of its selector.
    """

    def __init__(self, env: Env, kind: Kind) -> None:
        self.kind = kind
        self.orphans: dict[str, dict[str, Obj]] = {}
        self.relabelled: dict[str, set[str]] = {}
        self._store = env.store
        self._kinds = env.kinds
        self._wake: dict[Kind, Wake] = {}
        self._offers: list[Callable[[Obj], None]] = []
        for each in env.store.list(kind):
            self._file(each)
        env.store.watch(self._changed, kind)

    def route(self, owner: Kind, wake: Wake, offer: Callable[[Obj], None] | None = None) -> None:
        """Wake owners of a type when a child of theirs changes; offer them what nobody owns."""
        self._wake[owner] = wake
        if offer is not None:
            self._offers.append(offer)

    def of(self, uid: str) -> list[Obj]:
        """The children of one owner."""
        return [each for kind, each in self._store.owned_by(uid) if kind is self.kind]

    def without_owner(self, namespace: str) -> list[Obj]:
        """What nobody controls in a namespace."""
        return list(self.orphans.get(namespace, {}).values())

    def settled(self, uid: str) -> None:
        """The owner has looked at the labels of its children."""
        self.relabelled.pop(uid, None)

    def _file(self, obj: Obj) -> None:
        if controller_of(obj) is None:
            self.orphans.setdefault(namespace_of(obj), {})[uid_of(obj)] = obj
        else:
            self.orphans.get(namespace_of(obj), {}).pop(uid_of(obj), None)

    def _changed(self, change: Change) -> None:
        new, old = change.new, change.old
        after = controller_of(new)
        before = controller_of(old) if old is not None else None
        if change.type == "DELETED":
            self.orphans.get(namespace_of(new), {}).pop(uid_of(new), None)
        elif after is None or before is None:
            self._file(new)
        if after is not None:
            self._tell(new, after)
        if before is not None and (after is None or after["uid"] != before["uid"]):
            self._tell(new, before)
        self._labels(change, after)

    def _labels(self, change: Change, after: Obj | None) -> None:
        new, old = change.new, change.old
        if change.type == "DELETED":
            return
        changed = old is None or labels_of(old) != labels_of(new)
        if after is not None:
            if (changed and old is not None) or (old is not None and controller_of(old) is None):
                self.relabelled.setdefault(after["uid"], set()).add(uid_of(new))
        elif (changed or (old is not None and controller_of(old) is not None)) and not is_deleted(new):
            for offer in self._offers:
                offer(new)

    def _tell(self, child: Obj, owner: Obj) -> None:
        kind = self._kinds.by_kind(owner["apiVersion"], owner["kind"])
        wake = self._wake.get(kind) if kind is not None else None
        if wake is not None:
            wake((namespace_of(child), owner["name"]))
