"""Which Services, or disruption budgets, select a pod: asked on each change of a pod, without looking at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from midwatch.domain.kube.meta import LabelSelector
from midwatch.domain.kube.selectors import matches
from midwatch.lab.controllers.cluster.pods_by_label import selector_of
from midwatch.lab.core.kinds import PDB, SERVICE, Kind
from midwatch.lab.core.objects import Obj, labels_of, name_of, namespace_of, spec
from midwatch.lab.core.store import Change, Store

_Bucket = tuple[str, str, str]


class Selecting:
    """Objects of one type by one label that their selectors want, kept up to date by watching."""

    def __init__(self, store: Store, kind: Kind, read: Callable[[Obj], LabelSelector | None]) -> None:
        self._read = read
        self._selectors: dict[tuple[str, str], tuple[_Bucket, LabelSelector]] = {}
        self._names: dict[_Bucket, dict[str, None]] = {}
        for each in store.list(kind):
            self._add(each)
        store.watch(self._observe, kind)

    def selector(self, namespace: str, name: str) -> LabelSelector | None:
        """The selector of one object."""
        found = self._selectors.get((namespace, name))
        return found[1] if found is not None else None

    def of(self, pod: Obj) -> Iterator[str]:
        """Names of the objects that select a pod."""
        namespace, labels = namespace_of(pod), labels_of(pod)
        for key, value in (("", ""), *labels.items()):
            for name in self._names.get((namespace, key, value), ()):
                if matches(self._selectors[namespace, name][1], labels):
                    yield name

    def _observe(self, change: Change) -> None:
        known = self._selectors.pop((namespace_of(change.new), name_of(change.new)), None)
        if known is not None:
            self._names[known[0]].pop(name_of(change.new))
        if change.type != "DELETED":
            self._add(change.new)

    def _add(self, found: Obj) -> None:
        selector = self._read(found)
        if selector is None:
            return
        key, value = min(selector.match_labels.items(), default=("", ""))
        bucket = namespace_of(found), key, value
        self._selectors[namespace_of(found), name_of(found)] = (bucket, selector)
        self._names.setdefault(bucket, {})[name_of(found)] = None


def selecting_services(store: Store) -> Selecting:
    """Services by what they select; those without a selector are none."""

    def read(service: Obj) -> LabelSelector | None:
        selector: dict[str, str] = spec(service).get("selector") or {}
        return LabelSelector(match_labels=selector) if selector else None

    return Selecting(store, SERVICE, read)


def selecting_budgets(store: Store) -> Selecting:
    """Disruption budgets by what they select."""
    return Selecting(store, PDB, lambda budget: selector_of(spec(budget).get("selector")))
