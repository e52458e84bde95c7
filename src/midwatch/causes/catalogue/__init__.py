"""All kinds of root causes midwatch can name, one file per family."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from midwatch.causes.catalogue import (
    admission,
    autoscaling,
    certificates,
    conditions,
    configuration,
    controlplane,
    crashes,
    dependencies,
    deprecations,
    disruption,
    dns,
    images,
    jobs,
    lifecycle,
    networkpolicies,
    nodes,
    performance,
    probes,
    rbac,
    rollout,
    routes,
    scheduling,
    services,
    startup,
    storage,
    webhooks,
)
from midwatch.domain.cause import Cause
from midwatch.errors import UnknownName

_FAMILIES = (
    admission,
    scheduling,
    images,
    configuration,
    startup,
    probes,
    crashes,
    dependencies,
    rollout,
    services,
    routes,
    networkpolicies,
    dns,
    storage,
    nodes,
    controlplane,
    autoscaling,
    disruption,
    jobs,
    rbac,
    webhooks,
    certificates,
    conditions,
    lifecycle,
    deprecations,
    performance,
)


def _index(causes: Iterable[Cause]) -> Mapping[str, Cause]:
    index: dict[str, Cause] = {}
    for cause in causes:
        if cause.id in index:
            raise ValueError(f"the cause {cause.id!r} is in the catalogue twice")
        index[cause.id] = cause
    return MappingProxyType(index)


CATALOGUE: Mapping[str, Cause] = _index(cause for family in _FAMILIES for cause in family.CAUSES)


def cause_of(cause_id: str) -> Cause:
    """The entry of a cause; `UnknownName` when there is none."""
    try:
        return CATALOGUE[cause_id]
    except KeyError:
        raise UnknownName(f"there is no cause {cause_id!r}: `midwatch causes` lists them") from None
