"""Cron schedules, and what the parser says about bad ones.

Source: github.com/robfig/cron/v3/parser.go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_DESCRIPTORS = ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")
_DURATION = re.compile(r"^([0-9]*\.?[0-9]+(ns|us|µs|ms|s|m|h))+$")


@dataclass(frozen=True, slots=True)
class _Bounds:
    least: int
    most: int
    names: tuple[str, ...] = ()
    offset: int = 0


_FIELDS = (
    _Bounds(0, 59),
    _Bounds(0, 23),
    _Bounds(1, 31),
    _Bounds(1, 12, tuple(_MONTHS), 1),
    _Bounds(0, 6, tuple(_DAYS)),
)


class _Unreadable(Exception):
    pass


def complaint(schedule: str) -> str:
    """What is wrong with a standard schedule of five fields; empty when nothing is."""
    try:
        _check(schedule)
    except _Unreadable as error:
        return str(error)
    return ""


def _check(schedule: str) -> None:
    if schedule.startswith("@"):
        _descriptor(schedule)
        return
    fields = schedule.split()
    if len(fields) != 5:
        raise _Unreadable(f"expected exactly 5 fields, found {len(fields)}: [{' '.join(fields)}]")
    for text, bounds in zip(fields, _FIELDS, strict=True):
        for each in text.split(","):
            _range(each, bounds)


def _descriptor(schedule: str) -> None:
    if schedule in _DESCRIPTORS:
        return
    if schedule.startswith("@every "):
        if _DURATION.match(schedule[7:]):
            return
        raise _Unreadable(f'failed to parse duration {schedule}: time: invalid duration "{schedule[7:]}"')
    raise _Unreadable(f"unrecognized descriptor: {schedule}")


def _range(text: str, bounds: _Bounds) -> None:
    span, *steps = text.split("/")
    ends = span.split("-")
    if ends[0] in ("*", "?"):
        start, end = bounds.least, bounds.most
        ends = ends[:1]
    else:
        start = _number(ends[0], bounds)
        end = _number(ends[1], bounds) if len(ends) == 2 else bounds.most if steps else start
    if len(ends) > 2:
        raise _Unreadable(f"too many hyphens: {text}")
    if len(steps) > 1:
        raise _Unreadable(f"too many slashes: {text}")
    step = _integer(steps[0]) if steps else 1
    if start < bounds.least:
        raise _Unreadable(f"beginning of range ({start}) below minimum ({bounds.least}): {text}")
    if end > bounds.most:
        raise _Unreadable(f"end of range ({end}) above maximum ({bounds.most}): {text}")
    if start > end:
        raise _Unreadable(f"beginning of range ({start}) beyond end of range ({end}): {text}")
    if step == 0:
        raise _Unreadable(f"step of range should be a positive number: {text}")


def _number(text: str, bounds: _Bounds) -> int:
    name = text.lower()
    return bounds.names.index(name) + bounds.offset if name in bounds.names else _integer(text)


def _integer(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        raise _Unreadable(
            f'failed to parse int from {text}: strconv.Atoi: parsing "{text}": invalid syntax'
        ) from None
    if number < 0:
        raise _Unreadable(f"negative number ({number}) not allowed: {text}")
    return number
