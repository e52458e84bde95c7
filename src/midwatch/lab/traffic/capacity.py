"""Capacities of nodes and volumes."""

from __future__ import annotations

from midwatch.domain.quantity import parse_quantity
from midwatch.lab.core.objects import Obj, status


def capacity(found: Obj, resource: str, default: float) -> float:
    """How much of a resource (cores, bytes) a node or a claim has; a default when it does not say."""
    amounts: Obj = status(found).get("capacity") or {}
    return parse_quantity(amounts.get(resource)) or default
