"""Delete what no owner needs any more: in the background, in the foreground, or not at all.

Source: kubernetes/pkg/controller/garbagecollector/garbagecollector.go (attemptToDeleteItem, orphanDependents).
"""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.lab.controllers.workloads.garbage.graph import (
    FOREGROUND,
    ORPHAN,
    Graph,
    orphans,
    owners_of,
    waits,
)
from midwatch.lab.controllers.workloads.shared.desk import MANAGER, Desk
from midwatch.lab.core.env import Env
from midwatch.lab.core.errors import ApiError
from midwatch.lab.core.kinds import Kind
from midwatch.lab.core.objects import Obj, is_deleted, meta, name_of, namespace_of, uid_of, with_meta
from midwatch.lab.core.queue import WorkQueue


class GarbageCollector:
    """The garbage collector."""

    def __init__(self, env: Env) -> None:
        self._desk = Desk(env, "generic-garbage-collector", "garbage-collector-controller")
        self._queue: WorkQueue[str] = WorkQueue(
            env.clock, env.components, MANAGER, "garbage-collector", self._attempt
        )
        self._graph = Graph(env, self._queue.add)

    def _attempt(self, uid: str) -> None:
        known = self._graph.find(uid)
        if known is None:
            return
        kind, found = known
        if uid_of(found) != uid:
            return
        if orphans(found):
            self._orphan(kind, found)
        elif waits(found):
            self._foreground(kind, found)
        elif not is_deleted(found) and owners_of(found):
            self._collect(kind, found)

    def _orphan(self, kind: Kind, found: Obj) -> None:
        for uid in self._graph.dependents(uid_of(found)):
            child = self._graph.find(uid)
            if child is not None:
                self._disown(*child, {uid_of(found)})
        self._desk.registry.finalize(kind, found, ORPHAN)

    def _foreground(self, kind: Kind, found: Obj) -> None:
        """Source: processDeletingDependentsItem."""
        blocking = False
        for uid in self._graph.dependents(uid_of(found)):
            child = self._graph.find(uid)
            if child is None:
                continue
            mine = [each for each in owners_of(child[1]) if each["uid"] == uid_of(found)]
            blocking = blocking or any(each.get("blockOwnerDeletion") for each in mine)
            self._queue.add(uid)
        if not blocking:
            self._desk.registry.finalize(kind, found, FOREGROUND)

    def _collect(self, kind: Kind, found: Obj) -> None:
        solid, dangling, waiting = self._classify(found)
        if solid:
            if dangling or waiting:
                self._disown(kind, found, {each["uid"] for each in [*dangling, *waiting]})
            return
        if waiting and self._graph.dependents(uid_of(found)):
            self._delete(kind, found, "Foreground")
            return
        finalizers: Sequence[str] = meta(found).get("finalizers") or ()
        chosen = "Orphan" if ORPHAN in finalizers else "Foreground" if FOREGROUND in finalizers else "Background"
        self._delete(kind, found, chosen)

    def _classify(self, found: Obj) -> tuple[list[Obj], list[Obj], list[Obj]]:
        """(Owners that are there, that are gone, that wait for this one to go)."""
        solid, dangling, waiting = list[Obj](), list[Obj](), list[Obj]()
        for each in owners_of(found):
            owner = self._owner(found, each)
            if owner is None:
                dangling.append(each)
            elif waits(owner):
                waiting.append(each)
            else:
                solid.append(each)
        return solid, dangling, waiting

    def _owner(self, found: Obj, reference: Obj) -> Obj | None:
        """The owner a reference names: of that UID, in the same namespace unless it has none.

        One in another namespace does not exist for the collector, which says so in an event.
        """
        where = self._graph.node(reference["uid"])
        if where is not None and where.namespace and where.namespace != namespace_of(found):
            self._misplaced(found, reference)
            return None
        of_kind = self._desk.env.kinds.by_kind(reference["apiVersion"], reference["kind"])
        if of_kind is None:
            # A type that is not served cannot be looked up: the real collector waits rather than deletes.
            raise ApiError(404, "NotFound", f'no matches for kind "{reference["kind"]}"')
        space = namespace_of(found) if of_kind.namespaced else ""
        owner = self._desk.store.get(of_kind, space, reference["name"])
        return owner if owner is not None and uid_of(owner) == reference["uid"] else None

    def _misplaced(self, found: Obj, reference: Obj) -> None:
        """Source: graph_builder.go (reportInvalidNamespaceOwnerRef)."""
        space = namespace_of(found)
        who = f"{reference['apiVersion']}/{reference['kind']}, namespace: {space}, name: {reference['name']}"
        text = f'ownerRef [{who}, uid: {reference["uid"]}] does not exist in namespace "{space}"'
        self._desk.warn(found, "OwnerRefInvalidNamespace", text)

    def _disown(self, kind: Kind, found: Obj, uids: set[str]) -> None:
        kept = [each for each in owners_of(found) if each["uid"] not in uids]
        self._desk.registry.update(kind, with_meta(found, ownerReferences=kept or None), user=self._desk.user)

    def _delete(self, kind: Kind, found: Obj, propagation: str) -> None:
        try:
            self._desk.registry.delete(
                kind,
                namespace_of(found),
                name_of(found),
                user=self._desk.user,
                propagation=propagation,
                uid=uid_of(found),
            )
        except ApiError as error:
            if error.code not in (404, 409):
                raise
