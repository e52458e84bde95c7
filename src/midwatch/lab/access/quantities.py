"""Exact amounts of resources, in thousandths, and how the API prints them.

Source: k8s.io/apimachinery/pkg/api/resource/quantity.go.
"""

from __future__ import annotations

import math
from functools import lru_cache

from midwatch.domain.quantity import Quantity, parse_quantity

_BINARY = ("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei")
_DECIMAL = ("", "k", "M", "G", "T", "P", "E")


@lru_cache(maxsize=8192, typed=True)
def milli(value: Quantity | None) -> int:
    """Thousandths of a core, byte or item, rounded up; 0 for what is no quantity."""
    number = parse_quantity(value)
    return 0 if number is None else math.ceil(round(number * 1000, 3))


def text(amount: int, *, binary: bool = False) -> str:
    """An amount in thousandths in canonical form: `1500m`, `2`, `1k`, and with `binary` `192Mi`."""
    if amount % 1000:
        return f"{amount}m"
    whole, base, suffixes = amount // 1000, 1000, _DECIMAL
    if binary and abs(whole) >= 1024:
        base, suffixes = 1024, _BINARY
    power = 0
    while whole and whole % base == 0 and power < len(suffixes) - 1:
        whole, power = whole // base, power + 1
    return f"{whole}{suffixes[power]}"


def canonical(value: Quantity) -> str:
    """A quantity as the API prints it: `1000m` is `1`, `1024Mi` is `1Gi`."""
    return text(milli(value), binary=str(value).endswith("i"))


def usage_text(resource: str, amount: int) -> str:
    """A sum for a resource: memory and storage in binary units when they come out even."""
    bytes_ = "memory" in resource or "storage" in resource or "hugepages" in resource
    return text(amount, binary=bytes_ and amount % 1_024_000 == 0)
