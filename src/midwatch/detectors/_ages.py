"""How long ago something was, relative to the clock of the survey and robust against odd times."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.meta import Condition


def aware(moment: datetime) -> datetime:
    """The same moment with a time zone: a time without one is UTC, as all times of the API are."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def seconds_between(later: datetime, earlier: datetime) -> float:
    """Seconds from `earlier` to `later`; negative when the order is the other way round."""
    return (aware(later) - aware(earlier)).total_seconds()


def age(inventory: Inventory, moment: datetime | None) -> float | None:
    """Seconds since a moment, 0 for one in the future, None when it is unknown."""
    return None if moment is None else max(0.0, seconds_between(inventory.now, moment))


def older_than(inventory: Inventory, moment: datetime | None, seconds: float, *, unknown: bool) -> bool:
    """Whether a moment is longer ago than `seconds`; `unknown` is the answer when nobody knows."""
    passed = age(inventory, moment)
    return unknown if passed is None else passed > seconds


def newest(moments: Iterable[datetime | None]) -> datetime | None:
    """The latest of some moments, of which some may be unknown."""
    return max((aware(each) for each in moments if each is not None), default=None)


def oldest(moments: Iterable[datetime | None]) -> datetime | None:
    """The earliest of some moments, of which some may be unknown."""
    return min((aware(each) for each in moments if each is not None), default=None)


def changed_at(condition: Condition) -> datetime | None:
    """When a condition took its status (older objects carry only the time of the last update)."""
    return condition.last_transition_time or condition.last_update_time


def spell(seconds: float) -> str:
    """A duration to read: `42s`, `7m`, `3h`, `5d`."""
    for size, unit in ((172_800, "d"), (7_200, "h"), (120, "m")):
        if seconds >= size:
            return f"{int(seconds // {'d': 86_400, 'h': 3_600, 'm': 60}[unit])}{unit}"
    return f"{int(max(0.0, seconds))}s"
