"""Establishes custom resource definitions, serves their types, and removes their objects with them.

Source: kubernetes/staging/src/k8s.io/apiextensions-apiserver/pkg/controller/{status/naming_controller,
establish/establishing_controller,finalizer/crd_finalizer}.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from midwatch.lab.access.custom.kinds import is_same, kind_of, names_of, schema_of, storage_version
from midwatch.lab.access.custom.names import accepted
from midwatch.lab.core.env import Env
from midwatch.lab.core.kinds import CRD, Kind
from midwatch.lab.core.objects import (
    Obj,
    condition_of,
    is_deleted,
    name_of,
    namespace_of,
    set_condition,
    spec,
    status,
    with_status,
)
from midwatch.lab.core.queue import WorkQueue
from midwatch.lab.core.registry import Request, controller_user
from midwatch.lab.core.store import Change
from midwatch.lab.schema.types import register_custom, unregister

CLEANUP = "customresourcecleanup.apiextensions.k8s.io"
COMPONENT = "kube-apiserver"
_USER = controller_user("crd-finalizer")
_POLL, _PATIENCE = 5.0, 60.0
_ACCEPTED = "the initial names have been accepted"


class Definitions:
    """Serves custom types. `kinds` are those served, by the name of their definition."""

    def __init__(self, env: Env) -> None:
        self._env = env
        self.kinds: dict[str, Kind] = {}
        self._since: dict[str, float] = {}
        self._queue = WorkQueue[str](env.clock, env.components, COMPONENT, "crd", self._sync)
        env.registry.hooks.finalizers[CRD] = CLEANUP
        env.store.watch(self._changed, CRD)
        for each in env.store.list(CRD):
            self._queue.add(name_of(each))

    def _changed(self, change: Change) -> None:
        name = name_of(change.new)
        if change.type == "DELETED":
            self._forget(name)
            self._recheck(change.new)
        self._queue.add(name)

    def _recheck(self, gone: Obj) -> None:
        """Names are free again: others of the group may have them."""
        for each in self._env.store.list(CRD):
            if spec(each).get("group") == spec(gone).get("group"):
                self._queue.add(name_of(each))

    def _sync(self, name: str) -> None:
        found = self._env.store.get(CRD, "", name)
        if found is None:
            return
        if is_deleted(found):
            self._finalize(found)
            return
        found = self._name(found)
        names = condition_of(found, "NamesAccepted") or {}
        if names.get("status") == "True" or self._established(found):
            self._serve(found)
            self._establish(found)

    def _name(self, found: Obj) -> Obj:
        names, condition = accepted(found, self._env.store.list(CRD))
        established = condition_of(found, "Established") or _condition(
            "Established", "False", "NotAccepted", "not all names are accepted"
        )
        if established["status"] != "True" and condition["status"] == "True":
            established = _condition("Established", "False", "Installing", _ACCEPTED)
        stored: list[str] = list(status(found).get("storedVersions") or ())
        own = storage_version(found).get("name") or ""
        wanted = with_status(
            found,
            acceptedNames=names,
            storedVersions=stored if own in stored else [*stored, own],
            conditions=self._with(found, condition, established),
        )
        return self._env.registry.update_status(CRD, wanted)

    def _establish(self, found: Obj) -> None:
        if not self._established(found):
            done = _condition("Established", "True", "InitialNamesAccepted", _ACCEPTED)
            self._write(found, done)

    def _serve(self, found: Obj) -> None:
        name, kind = name_of(found), kind_of(found)
        known = self.kinds.get(name)
        if known is None or not is_same(known, kind):
            self.kinds[name] = kind
            self._env.kinds.add(kind)
            if known is not None:
                self._move(known, kind)
                for each in (known, *known.others):
                    unregister(each)
        for each in (self.kinds[name], *self.kinds[name].others):
            register_custom(each, schema_of(found, each.version))

    def _move(self, old: Kind, new: Kind) -> None:
        """Objects of a definition that changed are served as the new type says."""
        store = self._env.store
        for each in store.list(old):
            store.remove(old, namespace_of(each), name_of(each))
            store.create(new, {**each, "apiVersion": new.api_version, "kind": new.kind})

    def _finalize(self, found: Obj) -> None:
        if CLEANUP not in (found["metadata"].get("finalizers") or ()):
            return
        name = name_of(found)
        kind = self.kinds.get(name)
        if kind is None:
            self._write(
                found, _condition("Terminating", "False", "NeverEstablished", "resource was never established")
            )
            self._env.registry.finalize(CRD, found, CLEANUP)
            return
        if self._empty(found, kind):
            done = _condition("Terminating", "False", "InstanceDeletionCompleted", "removed all instances")
            self._write(found, done)
            self._env.registry.finalize(CRD, found, CLEANUP)

    def _empty(self, found: Obj, kind: Kind) -> bool:
        """Ask for the deletion of what is left; look again later when that takes its time."""
        name, now = name_of(found), self._env.clock.now
        since = self._since.setdefault(name, now)
        reason, message = "InstanceDeletionInProgress", "CustomResource deletion is in progress"
        if now - since >= _PATIENCE:
            reason = "InstanceDeletionCheck"
            message = "could not confirm zero CustomResources remaining: timed out waiting for the condition"
        self._write(found, _condition("Terminating", "True", reason, message))
        for each in self._env.store.list(kind):
            if not is_deleted(each):
                self._env.registry.delete(kind, namespace_of(each), name_of(each), user=_USER)
        if not self._env.store.count(kind):
            return True
        self._queue.add(name, _POLL)
        return False

    def _forget(self, name: str) -> None:
        self._since.pop(name, None)
        kind = self.kinds.pop(name, None)
        if kind is not None:
            self._env.kinds.remove(kind)
            for each in (kind, *kind.others):
                unregister(each)

    def _write(self, found: Obj, condition: Obj) -> None:
        current = self._env.store.get(CRD, "", name_of(found))
        if current is not None:
            wanted = with_status(current, conditions=self._with(current, condition))
            self._env.registry.update_status(CRD, wanted)

    def _with(self, found: Obj, *conditions: Obj) -> list[Obj]:
        result: Sequence[Obj] = status(found).get("conditions") or ()
        for each in conditions:
            bare = {key: value for key, value in each.items() if key != "lastTransitionTime"}
            result = set_condition(result, bare, self._env.clock.now)
        return list(result)

    def _established(self, found: Obj) -> bool:
        return (condition_of(found, "Established") or {}).get("status") == "True"


class DefinitionDefaults:
    """Fills in what a definition leaves out: singular name, list kind, conversion."""

    name = "CustomResourceDefinitionDefaults"

    def admit(self, request: Request) -> Obj:
        """The definition with its defaults."""
        if request.kind is not CRD or request.operation == "DELETE" or request.subresource:
            return request.obj
        body = spec(request.obj)
        names, conversion = names_of(request.obj), body.get("conversion") or {"strategy": "None"}
        if body.get("names") == names and body.get("conversion") == conversion:
            return request.obj
        return {**request.obj, "spec": {**body, "conversion": conversion, "names": names}}


def _condition(type_: str, value: str, reason: str, message: str) -> Obj:
    return {"type": type_, "status": value, "reason": reason, "message": message}
