"""How long ago something was, as the API server writes it into tables.

Source: k8s.io/apimachinery/pkg/util/duration/duration.go (HumanDuration).
"""

from __future__ import annotations

from midwatch.lab.core.objects import seconds

_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86400, 31_536_000
# Up to which length: the unit, and the smaller unit that is shown too (0: none).
_STEPS = (
    (10 * _MINUTE, _MINUTE, 1),
    (3 * _HOUR, _MINUTE, 0),
    (8 * _HOUR, _HOUR, _MINUTE),
    (48 * _HOUR, _HOUR, 0),
    (8 * _DAY, _DAY, _HOUR),
    (2 * _YEAR, _DAY, 0),
    (8 * _YEAR, _YEAR, _DAY),
)
_LETTERS = {1: "s", _MINUTE: "m", _HOUR: "h", _DAY: "d", _YEAR: "y"}


def human(duration: float) -> str:
    """A duration in seconds in two letters or so: `119s`, `5m3s`, `47h`, `3d4h`."""
    whole = int(duration)
    if whole < -1:
        return "<invalid>"
    if whole < 2 * _MINUTE:
        return f"{max(whole, 0)}s"
    for below, unit, smaller in _STEPS:
        if whole < below:
            rest = whole % unit // smaller if smaller else 0
            return f"{whole // unit}{_LETTERS[unit]}" + (f"{rest}{_LETTERS[smaller]}" if rest else "")
    return f"{whole // _YEAR}y"


def since(text: str | None, now: float) -> str:
    """How long ago a time of the API was; `<unknown>` when there is none."""
    return human(now - seconds(text)) if text else "<unknown>"
