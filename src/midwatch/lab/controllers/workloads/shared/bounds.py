"""How many pods more or fewer an update may cause.

Source: kubernetes/pkg/controller/deployment/util/deployment_util.go (ResolveFenceposts),
k8s.io/apimachinery/pkg/util/intstr (GetScaledValueFromIntOrPercent).
"""

from __future__ import annotations


def scaled(value: int | str | None, total: int, *, up: bool, default: int | str = 0) -> int:
    """A number, or a percentage of `total`, rounded up or down."""
    value = default if value is None else value
    if isinstance(value, int):
        return value
    digits = value.removesuffix("%")
    if not digits.isdigit():
        return 0
    product = int(digits) * total
    return -(-product // 100) if up else product // 100


def fenceposts(surge: int | str | None, unavailable: int | str | None, desired: int) -> tuple[int, int]:
    """(maxSurge, maxUnavailable) of a Deployment: surge rounds up, unavailable down, and not both are zero."""
    more = scaled(surge, desired, up=True, default="25%")
    fewer = scaled(unavailable, desired, up=False, default="25%")
    return (more, 1) if more == 0 and fewer == 0 else (more, fewer)
