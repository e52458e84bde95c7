"""Cron expressions, with the complaints of the parser that Kubernetes uses.

Source: github.com/robfig/cron/v3 (parser.go, spec.go), which is ParseStandard for CronJobs.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from midwatch.errors import MidwatchError

_MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_UNITS = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


class ScheduleError(MidwatchError):
    """A schedule that cannot be understood."""


class Bounds(NamedTuple):
    """What one field may hold, and its names with the number of the first."""

    low: int
    high: int
    names: tuple[str, ...] = ()


_FIELDS = (Bounds(0, 59), Bounds(0, 23), Bounds(1, 31), Bounds(1, 12, _MONTHS), Bounds(0, 6, _DAYS))


class Schedule(NamedTuple):
    """When something is due: sets of numbers, or `every` so many seconds. `starred`: days or weekdays are all."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    starred: bool
    every: float
    zone: ZoneInfo


@lru_cache(maxsize=1024)
def parse(text: str) -> Schedule:
    """Understand an expression; raises `ScheduleError`."""
    zone = ZoneInfo("UTC")
    if text.startswith(("TZ=", "CRON_TZ=")):
        head, _, text = text.partition(" ")
        zone = _zone(head.partition("=")[2])
    text = text.strip()
    if not text:
        raise ScheduleError("empty spec string")
    if text.startswith("@every "):
        return _schedule([frozenset[int]()] * 5, starred=True, every=_duration(text), zone=zone)
    if text.startswith("@"):
        if text not in _MACROS:
            raise ScheduleError(f"unrecognized descriptor: {text}")
        text = _MACROS[text]
    parts = text.split()
    if len(parts) != len(_FIELDS):
        found = f"found {len(parts)}: [{' '.join(parts)}]"
        raise ScheduleError(f"expected exactly {len(_FIELDS)} fields, {found}")
    fields = [_field(part, bounds) for part, bounds in zip(parts, _FIELDS, strict=True)]
    return _schedule(fields, starred=_starred(parts[2]) or _starred(parts[4]), every=0.0, zone=zone)


def _schedule(fields: list[frozenset[int]], *, starred: bool, every: float, zone: ZoneInfo) -> Schedule:
    minutes, hours, days, months, weekdays = fields
    return Schedule(minutes, hours, days, months, weekdays, starred, every, zone)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ScheduleError(f"provided bad location {name}: unknown time zone {name}") from error


def _starred(part: str) -> bool:
    """Source: parser.go (getRange): a star, or a question mark, without a step other than one."""
    return any(
        each.partition("/")[0] in ("*", "?") and each.partition("/")[2] in ("", "1") for each in part.split(",")
    )


def _field(text: str, bounds: Bounds) -> frozenset[int]:
    return frozenset(each for part in text.split(",") if part for each in _range(part, bounds))


def _range(text: str, bounds: Bounds) -> range:
    body, *steps = text.split("/")
    ends = body.split("-")
    if body in ("*", "?"):
        first, last = bounds.low, bounds.high
    elif len(ends) > 2:
        raise ScheduleError(f"too many hyphens: {text}")
    else:
        first = _number(ends[0], bounds)
        last = _number(ends[1], bounds) if len(ends) == 2 else first
    if len(steps) > 1:
        raise ScheduleError(f"too many slashes: {text}")
    step = _number(steps[0], Bounds(0, 0)) if steps else 1
    if steps and len(ends) == 1:
        last = bounds.high
    _check(text, bounds, first, last, step)
    return range(first, last + 1, step)


def _check(text: str, bounds: Bounds, first: int, last: int, step: int) -> None:
    if first < bounds.low:
        raise ScheduleError(f"beginning of range ({first}) below minimum ({bounds.low}): {text}")
    if last > bounds.high:
        raise ScheduleError(f"end of range ({last}) above maximum ({bounds.high}): {text}")
    if first > last:
        raise ScheduleError(f"beginning of range ({first}) beyond end of range ({last}): {text}")
    if step == 0:
        raise ScheduleError(f"step of range should be a positive number: {text}")


def _number(text: str, bounds: Bounds) -> int:
    if text.lower() in bounds.names:
        return bounds.names.index(text.lower()) + bounds.low
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", text):
        why = f'strconv.Atoi: parsing "{text}": invalid syntax'
        raise ScheduleError(f"failed to parse int from {text}: {why}")
    if int(text) < 0:
        raise ScheduleError(f"negative number ({int(text)}) not allowed: {text}")
    return int(text)


def _duration(text: str) -> float:
    """Seconds of `@every 1h30m`, at least one."""
    body = text.removeprefix("@every ")
    parts: list[tuple[str, str]] = re.findall(r"([0-9]+(?:\.[0-9]+)?)(ns|us|ms|s|m|h)", body)
    if not parts or "".join(number + unit for number, unit in parts) != body:
        raise ScheduleError(f'failed to parse duration {text}: time: invalid duration "{body}"')
    return max(float(int(sum(float(number) * _UNITS[unit] for number, unit in parts))), 1.0)
