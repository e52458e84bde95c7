"""Which pods use which claim, kept up to date by watching."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from midwatch.lab.core.kinds import POD
from midwatch.lab.core.objects import Obj, name_of, namespace_of, parts, spec, status
from midwatch.lab.core.store import Change, Store

Key: TypeAlias = tuple[str, str]


class PodsByClaim:
    """Pods by claim (namespace, name). Whoever `listen`s hears of claims whose users changed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pods: dict[Key, dict[str, None]] = {}
        self._listeners: list[Callable[[Key], None]] = []
        for each in store.list(POD):
            self._add(each)
        store.watch(self._observe, POD)

    def listen(self, listener: Callable[[Key], None]) -> None:
        """Call with the key of each claim whose pods come, move, end or go (must not write)."""
        self._listeners.append(listener)

    def users(self, key: Key) -> list[Obj]:
        """The pods of a claim that have not ended."""
        pods = [self._store.get(POD, key[0], name) for name in self._pods.get(key, {})]
        return [each for each in pods if each is not None and not has_ended(each)]

    def _observe(self, change: Change) -> None:
        claims = claims_of(change.new)
        if not claims:
            return
        if change.type == "DELETED":
            for key in claims:
                self._pods.get(key, {}).pop(name_of(change.new), None)
        elif change.old is None:
            self._add(change.new)
        elif not _moved(change.old, change.new):
            return
        for listener in self._listeners:
            for key in claims:
                listener(key)

    def _add(self, pod: Obj) -> None:
        for key in claims_of(pod):
            self._pods.setdefault(key, {})[name_of(pod)] = None


def claims_of(pod: Obj) -> list[Key]:
    """The claims that a pod names."""
    found: list[Key] = []
    for each in parts(spec(pod), "volumes"):
        if each.get("persistentVolumeClaim"):
            found.append((namespace_of(pod), each["persistentVolumeClaim"]["claimName"]))
        elif each.get("ephemeral"):
            found.append((namespace_of(pod), f"{name_of(pod)}-{each['name']}"))
    return found


def has_ended(pod: Obj) -> bool:
    """Whether a pod's containers run no more, for good."""
    return status(pod).get("phase") in ("Succeeded", "Failed")


def _moved(old: Obj, new: Obj) -> bool:
    return spec(old).get("nodeName") != spec(new).get("nodeName") or has_ended(old) != has_ended(new)
