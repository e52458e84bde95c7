"""Events as `events.k8s.io/v1` shows them.

Source: kubernetes/pkg/apis/events/v1/conversion.go.
"""

from __future__ import annotations

from midwatch.lab.core.objects import Obj

_NAMES = {
    "involvedObject": "regarding",
    "message": "note",
    "source": "deprecatedSource",
    "firstTimestamp": "deprecatedFirstTimestamp",
    "lastTimestamp": "deprecatedLastTimestamp",
    "count": "deprecatedCount",
    "reportingComponent": "reportingController",
}
_BACK = {new: old for old, new in _NAMES.items()}


def event_outward(found: Obj) -> Obj:
    """A core event as the newer API names its parts."""
    return {_NAMES.get(key, key): value for key, value in found.items()} | {"apiVersion": "events.k8s.io/v1"}


def event_inward(found: Obj) -> Obj:
    """Back again."""
    return {_BACK.get(key, key): value for key, value in found.items()} | {"apiVersion": "v1"}
