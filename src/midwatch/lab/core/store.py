"""The versioned object store (what etcd and the watch cache are to an API server)."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from midwatch.lab.core.errors import already_exists, gone, not_found
from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj, controller_of, meta, name_of, namespace_of, spec, uid_of

_HISTORY = 20_000
_LISTS = 128
# k8s.io/apiserver/pkg/storage/etcd3/errors.go (expired continue)
_TOO_OLD = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new list "
    "without the continue parameter, or use the continue token in this response to retrieve the remainder of the "
    "results. Continuing with the provided token results in an inconsistent list - objects that were created, "
    "modified, or deleted between the time the first chunk was returned and now may show up in the list."
)


@dataclass(frozen=True, slots=True)
class Change:
    """One write: `type` is ADDED, MODIFIED or DELETED; `old` is None for ADDED; `new` carries the new version."""

    type: str
    kind: Kind
    new: Obj
    old: Obj | None
    revision: int


Watcher: TypeAlias = Callable[[Change], None]


@dataclass(frozen=True, slots=True)
class Listing:
    """All objects of a type at one revision, in the order of their keys (namespace, name)."""

    revision: int
    items: Sequence[Obj]


class Store:
    """Objects by type, namespace and name. What is stored is never mutated; each write makes a new revision.

    Watchers are called within the write, in the order of their registration. They must not write: they note what
    to do and do it when the clock calls them.
    """

    def __init__(self, revision: int = 1000) -> None:
        self.revision = revision
        self._objects: dict[Kind, dict[str, dict[str, Obj]]] = {}
        self._sorted: dict[Kind, Listing] = {}
        self._kept: dict[tuple[Kind, int], Listing] = {}
        self._watchers: dict[Kind | None, list[Watcher]] = {None: []}
        self._history: deque[Change] = deque(maxlen=_HISTORY)
        self._pods_by_node: dict[str, dict[str, Obj]] = {}
        self._by_owner: dict[str, dict[str, tuple[Kind, Obj]]] = {}

    def get(self, kind: Kind, namespace: str, name: str) -> Obj | None:
        """One object, or None."""
        return self._objects.get(kind, {}).get(namespace, {}).get(name)

    def demand(self, kind: Kind, namespace: str, name: str) -> Obj:
        """One object; raises `ApiError` 404 when it does not exist."""
        found = self.get(kind, namespace, name)
        if found is None:
            raise not_found(kind, name)
        return found

    def list(self, kind: Kind, namespace: str = "") -> list[Obj]:
        """All objects of a type, in one namespace or in all, in the order they were created."""
        spaces = self._objects.get(kind, {})
        if namespace:
            return list(spaces.get(namespace, {}).values())
        return [each for space in spaces.values() for each in space.values()]

    def count(self, kind: Kind) -> int:
        """How many objects of a type there are."""
        return sum(map(len, self._objects.get(kind, {}).values()))

    def pods_on(self, node: str) -> list[Obj]:
        """The pods bound to a node."""
        return list(self._pods_by_node.get(node, {}).values())

    def owned_by(self, uid: str) -> list[tuple[Kind, Obj]]:
        """The objects whose controller has this UID."""
        return list(self._by_owner.get(uid, {}).values())

    def listing(self, kind: Kind) -> Listing:
        """All objects of a type, sorted by key, with the revision; kept for `listing_at` while it is recent."""
        known = self._sorted.get(kind)
        if known is None:
            found = self.list(kind)
            found.sort(key=_key)
            known = self._sorted[kind] = Listing(self.revision, found)
            self._kept[kind, self.revision] = known
            while len(self._kept) > _LISTS:
                self._kept.pop(next(iter(self._kept)))
        elif known.revision != self.revision:
            known = self._sorted[kind] = Listing(self.revision, known.items)
            self._kept[kind, self.revision] = known
        return known

    def listing_at(self, kind: Kind, revision: int) -> Listing:
        """The listing of an earlier page; raises `ApiError` 410 when it is no longer kept."""
        found = self._kept.get((kind, revision))
        if found is None:
            raise gone(_TOO_OLD)
        return found

    def create(self, kind: Kind, obj: Obj) -> Obj:
        """Add an object; raises `ApiError` 409 when one of that name exists. Returns it with its version."""
        if self.get(kind, namespace_of(obj), name_of(obj)) is not None:
            raise already_exists(kind, name_of(obj))
        return self._write("ADDED", kind, obj, None)

    def replace(self, kind: Kind, obj: Obj) -> Obj:
        """Replace an object, whatever its version; raises `ApiError` 404 when there is none. Equal is no write."""
        old = self.demand(kind, namespace_of(obj), name_of(obj))
        if _same(old, obj):
            return old
        return self._write("MODIFIED", kind, obj, old)

    def remove(self, kind: Kind, namespace: str, name: str) -> Obj:
        """Take an object out at once; raises `ApiError` 404 when there is none."""
        old = self.demand(kind, namespace, name)
        return self._write("DELETED", kind, old, old)

    def watch(self, watcher: Watcher, *kinds: Kind) -> Callable[[], None]:
        """Call on each change of these types (none given: of all). Returns what ends it."""
        keys: Sequence[Kind | None] = kinds or (None,)
        for each in keys:
            self._watchers.setdefault(each, []).append(watcher)

        def stop() -> None:
            for each in keys:
                self._watchers[each].remove(watcher)

        return stop

    def since(self, kind: Kind, revision: int) -> Iterator[Change]:
        """The changes of a type after a revision; raises `ApiError` 410 when the history does not reach back."""
        oldest = self._history[0].revision - 1 if self._history else self.revision
        if revision < oldest:
            raise gone(f"too old resource version: {revision} ({oldest})")
        changes = list(self._history)
        start = bisect_left(changes, revision + 1, key=lambda each: each.revision)
        return (each for each in changes[start:] if each.kind == kind)

    def _write(self, verb: str, kind: Kind, obj: Obj, old: Obj | None) -> Obj:
        self.revision += 1
        new = {**obj, "metadata": {**meta(obj), "resourceVersion": str(self.revision)}}
        self._sorted.pop(kind, None)
        space = self._objects.setdefault(kind, {}).setdefault(namespace_of(new), {})
        if verb == "DELETED":
            del space[name_of(new)]
        else:
            space[name_of(new)] = new
        self._index(kind, new, old, gone=verb == "DELETED")
        change = Change(verb, kind, new, old, self.revision)
        self._history.append(change)
        for watcher in (*self._watchers.get(kind, ()), *self._watchers[None]):
            watcher(change)
        return new

    def _index(self, kind: Kind, new: Obj, old: Obj | None, *, gone: bool) -> None:
        uid = uid_of(new)
        if kind.plural == "pods" and not kind.group:
            self._place(uid, None if gone else new, old)
        before = controller_of(old) if old is not None else None
        if before is not None:
            self._by_owner.get(before["uid"], {}).pop(uid, None)
        after = None if gone else controller_of(new)
        if after is not None:
            self._by_owner.setdefault(after["uid"], {})[uid] = (kind, new)

    def _place(self, uid: str, new: Obj | None, old: Obj | None) -> None:
        before = spec(old).get("nodeName") if old is not None else None
        if before:
            self._pods_by_node.get(before, {}).pop(uid, None)
        after = spec(new).get("nodeName") if new is not None else None
        if after:
            self._pods_by_node.setdefault(after, {})[uid] = new  # type: ignore[assignment]


def _key(found: Obj) -> tuple[str, str]:
    return namespace_of(found), name_of(found)


def _same(old: Obj, new: Obj) -> bool:
    """Whether nothing but the version differs (an update that changes nothing is no write, as in the API)."""
    if any(old.get(key) != value for key, value in new.items() if key != "metadata"):
        return False
    if old.keys() != new.keys():
        return False
    before, after = meta(old), meta(new)
    if before.keys() | {"resourceVersion"} != after.keys() | {"resourceVersion"}:
        return False
    return all(before.get(key) == value for key, value in after.items() if key != "resourceVersion")


def in_namespace(items: Iterable[Obj], namespace: str) -> list[Obj]:
    """Those of a namespace; all when it is empty."""
    return [each for each in items if not namespace or namespace_of(each) == namespace]
