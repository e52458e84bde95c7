"""Label selectors of API objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from midwatch.domain.kube.meta import LabelRequirement
from midwatch.domain.kube.selectors import satisfies
from midwatch.lab.core.objects import Obj


def selects(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """Whether a selector matches labels; an absent or empty one matches everything (as webhooks mean it)."""
    if not selector:
        return True
    wanted: Mapping[str, str] = selector.get("matchLabels") or {}
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    expressions: Sequence[Obj] = selector.get("matchExpressions") or ()
    return all(satisfies(requirement(each), labels) for each in expressions)


def requirement(document: Mapping[str, Any]) -> LabelRequirement:
    """One `matchExpressions` entry."""
    return LabelRequirement(
        key=document.get("key") or "",
        operator=document.get("operator") or "",
        values=tuple(document.get("values") or ()),
    )
