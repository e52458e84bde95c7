"""Resource lists: names, amounts, and requests within limits.

Source: kubernetes/pkg/apis/core/validation/validation.go (validateResourceRequirements,
ValidateResourceQuantityValue).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from midwatch.domain.quantity import parse_quantity
from midwatch.lab.core.errors import FieldError
from midwatch.lab.core.objects import Obj
from midwatch.lab.schema.validation import names
from midwatch.lab.schema.validation.errors import bad, forbidden, required

_CONTAINER = frozenset({"cpu", "memory", "ephemeral-storage"})
_WHOLE = frozenset({
    "storage", "pods", "replicationcontrollers", "services", "resourcequotas", "secrets", "configmaps",
    "persistentvolumeclaims", "services.nodeports", "services.loadbalancers",
})  # fmt: skip


def text(quantity: Any) -> str:
    """A quantity as the API writes it."""
    return (
        quantity
        if isinstance(quantity, str)
        else f"{quantity:g}"
        if isinstance(quantity, float)
        else str(quantity)
    )


def amount(quantity: Any) -> float:
    """A quantity as a number; malformed ones were refused before."""
    return parse_quantity(quantity) or 0.0


def check_resources(found: Obj, path: str) -> Iterator[FieldError]:
    """The requests and limits of a container."""
    limits: Obj = found.get("limits") or {}
    requests: Obj = found.get("requests") or {}
    for name in limits:
        yield from _one(name, limits[name], f"{path}.limits[{name}]")
    for name in requests:
        yield from _one(name, requests[name], f"{path}.requests[{name}]")
        yield from _within(name, requests[name], limits, path)
    kinds = limits.keys() | requests.keys()
    if any(each.startswith("hugepages-") for each in kinds) and not kinds & {"cpu", "memory"}:
        yield forbidden(path, "HugePages require cpu or memory")


def _one(name: str, quantity: Any, path: str) -> Iterator[FieldError]:
    if name not in _CONTAINER:
        for why in names.qualified(name):
            yield bad(path, name, why)
        if "/" not in name and not name.startswith("hugepages-"):
            yield bad(path, name, "must be a standard resource type or fully qualified")
            yield bad(path, name, "must be a standard resource for containers")
    yield from check_amount(name, quantity, path)


def check_amount(name: str, quantity: Any, path: str) -> Iterator[FieldError]:
    """An amount: not negative, and whole where it counts things."""
    value = amount(quantity)
    if value < 0:
        yield bad(path, text(quantity), "must be greater than or equal to 0")
    if (name in _WHOLE or "/" in name) and "kubernetes.io/" not in name and value % 1:
        yield bad(path, text(quantity), "must be an integer")


def _within(name: str, quantity: Any, limits: Obj, path: str) -> Iterator[FieldError]:
    shared = name in _CONTAINER
    if name not in limits:
        if not shared:
            yield required(f"{path}.limits", "Limit must be set for non overcommitable resources")
        return
    limit = limits[name]
    if quantity == limit:
        return
    request, most = amount(quantity), amount(limit)
    if request != most and not shared:
        yield bad(f"{path}.requests", text(quantity), f"must be equal to {name} limit of {text(limit)}")
    elif request > most:
        yield bad(
            f"{path}.requests", text(quantity), f"must be less than or equal to {name} limit of {text(limit)}"
        )
