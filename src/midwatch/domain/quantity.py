"""Kubernetes resource quantities, after k8s.io/apimachinery/pkg/api/resource/quantity.go."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TypeAlias

Quantity: TypeAlias = str | int | float

_FORM = re.compile(
    r"^([+-]?[0-9]*\.?[0-9]+|[+-]?[0-9]+\.)(?:([eE][+-]?[0-9]{1,3})|(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]))?$"
)
_SCALE = {
    "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
    "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60,
}  # fmt: skip


@lru_cache(maxsize=8192, typed=True)
def parse_quantity(value: Quantity | None) -> float | None:
    """Cores, bytes or a count as a number; None when absent or malformed (`500m` is 0.5, `1Ki` is 1024)."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if math.isfinite(value) else None
    match = _FORM.match(value.strip())
    if match is None or len(value) > 64:
        return None
    number, exponent, suffix = match.groups()
    result = float(number + (exponent or "")) * _SCALE.get(suffix or "", 1)
    return result if math.isfinite(result) else None
