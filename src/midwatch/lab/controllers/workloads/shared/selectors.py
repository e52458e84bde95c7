"""Label selectors of raw objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from midwatch.domain.kube.meta import LabelSelector
from midwatch.domain.kube.selectors import matches
from midwatch.lab.core.objects import Obj, labels_of, spec


def selector_of(owner: Mapping[str, Any]) -> LabelSelector:
    """The selector of a workload; one that is absent selects nothing here (it cannot be, in apps/v1)."""
    raw: Obj | None = spec(owner).get("selector")
    return msgspec.convert(raw, LabelSelector) if raw else LabelSelector()


def is_empty(selector: LabelSelector) -> bool:
    """Whether it would select everything."""
    return not selector.match_labels and not selector.match_expressions


def selects(selector: LabelSelector, found: Mapping[str, Any]) -> bool:
    """Whether an object is selected; an empty selector owns nothing."""
    return not is_empty(selector) and matches(selector, labels_of(found))
