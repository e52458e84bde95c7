"""Cron schedules as CronJobs read them: whether one is valid, and when it was last due.

Source: github.com/robfig/cron/v3 (standard parser), pkg/controller/cronjob/utils.go.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

_DAYS_BACK = 400
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
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))


class Schedule(NamedTuple):
    """The minutes, hours, days, months and weekdays at which it is due; `any_day`: days are not restricted."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool
    any_weekday: bool

    def is_due_on(self, day: datetime) -> bool:
        """Whether it is due on a day; restricted days and weekdays are alternatives, as in cron(8)."""
        if day.month not in self.months:
            return False
        by_day, by_weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return (by_day and by_weekday) if self.any_day or self.any_weekday else (by_day or by_weekday)


@lru_cache(maxsize=1024)
def parse_schedule(text: str) -> Schedule | None:
    """The schedule, None when it is not valid (`@every` and zone prefixes are valid but tell no fixed times)."""
    parts = _MACROS.get(text.strip(), text).split()
    if len(parts) != len(_BOUNDS):
        return None
    fields = [
        _field(part, *bounds, position) for position, (part, bounds) in enumerate(zip(parts, _BOUNDS, strict=True))
    ]
    minutes, hours, days, months, weekdays = fields
    if not (minutes and hours and days and months and weekdays):
        return None
    return Schedule(minutes, hours, days, months, weekdays, parts[2][0] in "*?", parts[4][0] in "*?")


def is_valid(text: str) -> bool:
    """Whether the API's cron parser accepts a schedule."""
    words = text.strip().split()
    if words and words[0].startswith(("TZ=", "CRON_TZ=")):
        words = words[1:]
    if len(words) == 2 and words[0] == "@every":
        return words[1][:1].isdigit()
    return parse_schedule(" ".join(words)) is not None


def last_due(schedule: Schedule, now: datetime, count: int) -> list[datetime]:
    """The latest `count` times at or before `now`, newest first; fewer when the last year has fewer."""
    found: list[datetime] = []
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for back in range(_DAYS_BACK):
        day = midnight - timedelta(days=back)
        if schedule.is_due_on(day):
            found.extend(_of_day(schedule, day, now, count - len(found)))
        if len(found) >= count:
            break
    return found


def _of_day(schedule: Schedule, day: datetime, now: datetime, count: int) -> list[datetime]:
    found: list[datetime] = []
    last_hour = now.hour if day.date() == now.date() else 23
    for hour in sorted((each for each in schedule.hours if each <= last_hour), reverse=True):
        for minute in sorted(schedule.minutes, reverse=True):
            at = day.replace(hour=hour, minute=minute)
            if at <= now:
                found.append(at)
                if len(found) >= count:
                    return found
    return found


def _field(text: str, low: int, high: int, position: int) -> frozenset[int] | None:
    values: set[int] = set()
    for part in text.split(","):
        found = _range(part, low, high, position)
        if found is None:
            return None
        values.update(found)
    return frozenset(values)


def _range(text: str, low: int, high: int, position: int) -> range | None:
    body, slash, step_text = text.partition("/")
    step = _number(step_text, position) if slash else 1
    if body in ("*", "?"):
        first, last = low, high
    else:
        start, dash, end = body.partition("-")
        begin = _number(start, position)
        finish = _number(end, position) if dash else (high if slash else begin)
        if begin is None or finish is None:
            return None
        first, last = begin, finish
    if step is None or step < 1 or first < low or last > high or first > last:
        return None
    return range(first, last + 1, step)


def _number(text: str, position: int) -> int | None:
    names = {3: _MONTHS, 4: _DAYS}.get(position, ())
    if text.lower() in names:
        return names.index(text.lower()) + (1 if position == 3 else 0)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else None
