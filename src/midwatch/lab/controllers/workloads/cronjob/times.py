"""When a schedule is due, and when a CronJob should have run.

Source: github.com/robfig/cron/v3 (spec.go), kubernetes/pkg/controller/cronjob/utils.go (mostRecentScheduleTime).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from midwatch.lab.controllers.workloads.cronjob.parser import Schedule
from midwatch.lab.core.objects import Obj, created_at, seconds, spec, status

_DAYS = 5 * 366
_MANY = 100


@lru_cache(maxsize=4096)
def next_due(schedule: Schedule, after: float) -> float | None:
    """The first time after another, in seconds since the epoch; None when there is none within five years."""
    if schedule.every:
        return float(int(after)) + schedule.every
    local = datetime.fromtimestamp(after, schedule.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, fold=0)
    for days in range(_DAYS):
        day = midnight + timedelta(days=days)
        if _on_day(schedule, day) and (found := _within(schedule, day, after)) is not None:
            return found
    return None


def _on_day(schedule: Schedule, day: datetime) -> bool:
    """Restricted days and weekdays are alternatives, as in cron(8)."""
    if day.month not in schedule.months:
        return False
    by_day, by_weekday = day.day in schedule.days, day.isoweekday() % 7 in schedule.weekdays
    return (by_day and by_weekday) if schedule.starred else (by_day or by_weekday)


def _within(schedule: Schedule, day: datetime, after: float) -> float | None:
    for hour in sorted(schedule.hours):
        for minute in sorted(schedule.minutes):
            wall = day.replace(hour=hour, minute=minute)
            at = wall.replace(tzinfo=schedule.zone).timestamp()
            exists = datetime.fromtimestamp(at, schedule.zone).replace(tzinfo=None) == wall
            if at > after and exists:
                return at
    return None


class Recent(NamedTuple):
    """Since when was looked, the latest time that is due, and whether more than a hundred were missed."""

    earliest: float
    latest: float | None
    many: bool


def recent(job: Obj, now: float, schedule: Schedule, *, within_deadline: bool) -> Recent:
    """When a CronJob was last due and has not run."""
    last = status(job).get("lastScheduleTime")
    earliest = seconds(last) if last else created_at(job)
    deadline: int | None = spec(job).get("startingDeadlineSeconds")
    if within_deadline and deadline is not None:
        earliest = max(earliest, now - deadline)
    first = next_due(schedule, earliest)
    if first is None or first > now:
        return Recent(earliest, None, many=False)
    second = next_due(schedule, first)
    if second is None or second > now:
        return Recent(earliest, first, many=False)
    missed = int((now - first) / (second - first)) + 1
    latest = _latest(schedule, max(first, now - 2 * (second - first) * 1.0), first, now)
    return Recent(earliest, latest, many=missed > _MANY)


def _latest(schedule: Schedule, start: float, first: float, now: float) -> float:
    """The last time up to now, looked for from near the end first, from the beginning when nothing is there."""
    for begin in (start, first):
        found = first if begin == first else None
        due = next_due(schedule, begin)
        while due is not None and due <= now:
            found, due = due, next_due(schedule, due)
        if found is not None:
            return found
    return first


def wait(job: Obj, now: float, schedule: Schedule) -> float | None:
    """Seconds until a CronJob must be looked at again. Source: nextScheduleTimeDuration."""
    seen = recent(job, now, schedule, within_deadline=False)
    base = seen.latest if seen.latest is not None else seen.earliest
    due = next_due(schedule, base)
    return None if due is None else due + 0.1 - now


def rfc1123(at: float) -> str:
    """`Mon, 02 Jan 2006 15:04:05 +0000`."""
    return datetime.fromtimestamp(at, UTC).strftime("%a, %d %b %Y %H:%M:%S +0000")
