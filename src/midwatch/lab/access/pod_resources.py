"""What a pod asks for in sum: requests and limits of its containers.

Source: k8s.io/component-helpers/resource/helpers.go (PodRequests, PodLimits).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from midwatch.lab.access.quantities import milli
from midwatch.lab.core.objects import Obj, part, spec

Amounts: TypeAlias = dict[str, int]
"""Thousandths by resource name."""


def containers_of(pod: Obj) -> Sequence[Obj]:
    """The ordinary containers of a pod."""
    found: Sequence[Obj] = spec(pod).get("containers") or ()
    return found


def init_containers_of(pod: Obj) -> Sequence[Obj]:
    """The init containers of a pod, sidecars among them."""
    found: Sequence[Obj] = spec(pod).get("initContainers") or ()
    return found


def amounts(values: Mapping[str, str] | None) -> Amounts:
    """A resource list as numbers."""
    return {key: milli(value) for key, value in values.items()} if values else {}


def pod_total(pod: Obj, field: str, *, overhead: bool = True) -> Amounts:
    """The sum of a pod's `requests` or `limits`: the larger of its containers' sum and any init container's.

    A value set for the pod as a whole replaces the sum; the overhead of its RuntimeClass is added.
    """
    total = _sum(containers_of(pod), field)
    inits = init_containers_of(pod)
    if inits:
        _with_inits(total, inits, field)
    whole: Obj = spec(pod).get("resources") or {}
    if whole:
        total |= amounts(whole.get(field))
    if overhead and spec(pod).get("overhead"):
        _add(total, _of_overhead(pod, total, field))
    return total


def _sum(containers: Sequence[Obj], field: str) -> Amounts:
    total: Amounts = {}
    for each in containers:
        resources = each.get("resources")
        values = resources.get(field) if resources else None
        if values:
            for key, value in values.items():
                total[key] = total.get(key, 0) + milli(value)
    return total


def _with_inits(total: Amounts, inits: Sequence[Obj], field: str) -> None:
    """Sidecars run beside the containers; any other init container runs alone, with the sidecars before it."""
    sidecars: Amounts = {}
    most: Amounts = {}
    for each in inits:
        own = amounts(part(each, "resources", field))
        if each.get("restartPolicy") == "Always":
            _add(total, own)
            _add(sidecars, own)
            own = sidecars
        else:
            _add(own, sidecars)
        for key, value in own.items():
            most[key] = max(most.get(key, 0), value)
    for key, value in most.items():
        total[key] = max(total.get(key, 0), value)


def _of_overhead(pod: Obj, total: Amounts, field: str) -> Amounts:
    own = amounts(spec(pod)["overhead"])
    return own if field == "requests" else {key: value for key, value in own.items() if key in total}


def _add(total: Amounts, more: Amounts) -> None:
    for key, value in more.items():
        total[key] = total.get(key, 0) + value
