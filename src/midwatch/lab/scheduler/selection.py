"""Sets of pods that spreading and affinity talk about: a selector within some namespaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from midwatch.domain.kube.meta import LabelSelector
from midwatch.domain.kube.selectors import matches
from midwatch.lab.core.objects import Obj


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """A set of pods. `key` is equal for equal sets; `namespace_selector` adds namespaces to the named ones."""

    key: str
    namespaces: frozenset[str]
    namespace_selector: LabelSelector | None
    selector: LabelSelector | None

    def takes(self, namespace: str, namespace_labels: Mapping[str, str], labels: Mapping[str, str]) -> bool:
        """Whether a pod of this namespace with these labels belongs."""
        if namespace not in self.namespaces and not (
            self.namespace_selector is not None and matches(self.namespace_selector, namespace_labels)
        ):
            return False
        return matches(self.selector, labels)


def selection(
    namespaces: frozenset[str],
    selector: Obj | None,
    namespace_selector: Obj | None = None,
    also: Obj | None = None,
) -> Selection:
    """A set from JSON selectors; `also` adds labels that must be equal (`matchLabelKeys`)."""
    whole: Obj | None = selector
    if also and selector is not None:
        whole = {**selector, "matchLabels": {**(selector.get("matchLabels") or {}), **also}}
    raw = [sorted(namespaces), whole, namespace_selector]
    return Selection(
        msgspec.json.encode(raw, order="deterministic").decode(),
        namespaces,
        msgspec.convert(namespace_selector, LabelSelector) if namespace_selector is not None else None,
        msgspec.convert(whole, LabelSelector) if whole is not None else None,
    )
