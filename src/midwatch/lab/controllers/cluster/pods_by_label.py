"""Which pods have which labels: asked by whoever selects pods, without looking at all of them."""

from __future__ import annotations

import msgspec

from midwatch.domain.kube.meta import LabelSelector
from midwatch.domain.kube.selectors import matches
from midwatch.lab.core.kinds import POD
from midwatch.lab.core.objects import Obj, labels_of, name_of, namespace_of
from midwatch.lab.core.store import Change, Store


class PodsByLabel:
    """Pods by namespace and label, kept up to date by watching."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._names: dict[tuple[str, str, str], dict[str, None]] = {}
        for each in store.list(POD):
            self._add(each)
        store.watch(self._observe, POD)

    def select(self, namespace: str, selector: LabelSelector) -> list[Obj]:
        """The pods of a namespace that a selector matches, in the order they came."""
        exact = [self._names.get((namespace, *each), {}) for each in selector.match_labels.items()]
        if not exact:
            found = self._store.list(POD, namespace)
        else:
            smallest = min(exact, key=len)
            pods = [self._store.get(POD, namespace, name) for name in smallest]
            found = [each for each in pods if each is not None]
        return [each for each in found if matches(selector, labels_of(each))]

    def _observe(self, change: Change) -> None:
        if change.type == "DELETED":
            self._remove(change.new)
        elif change.old is None:
            self._add(change.new)
        elif labels_of(change.old) != labels_of(change.new):
            self._remove(change.old)
            self._add(change.new)

    def _add(self, pod: Obj) -> None:
        namespace, name = namespace_of(pod), name_of(pod)
        for each in labels_of(pod).items():
            self._names.setdefault((namespace, *each), {})[name] = None

    def _remove(self, pod: Obj) -> None:
        namespace, name = namespace_of(pod), name_of(pod)
        for each in labels_of(pod).items():
            names = self._names.get((namespace, *each), {})
            names.pop(name, None)
            if not names:
                self._names.pop((namespace, *each), None)


def selector_of(found: Obj | None) -> LabelSelector | None:
    """A label selector from its JSON."""
    return msgspec.convert(found, LabelSelector) if found is not None else None
