"""Ages and timestamps as kubectl prints them, back to RFC 3339 in UTC.

Ages are k8s.io/apimachinery/pkg/util/duration.HumanDuration (`5m59s`, `58d`, `2y3d`): rounded, so the instant
computed from one is as exact as its last unit. Timestamps are Go's time.RFC1123Z, in the time zone of whoever
ran kubectl.
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

AGE = r"(?:\d{1,9}[smhdy]){1,5}|<unknown>|<invalid>"
_PARTS = re.compile(r"(\d{1,9})([smhdy])")
_WHOLE = re.compile(r"(?:\d{1,9}[smhdy]){1,5}")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "y": 365 * 86400}
_MONTHS = {name: i for i, name in enumerate(calendar.month_abbr) if name}
_ZONE = r"([+-])(\d\d)(\d\d)"
_RFC1123Z = re.compile(rf"(?:[A-Z][a-z]{{2}}, )?(\d\d) ([A-Z][a-z]{{2}}) (\d{{4}}) (\d\d):(\d\d):(\d\d) {_ZONE}")
_GO = re.compile(r"(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.\d+)? ([+-])(\d\d)(\d\d)")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


def iso(moment: datetime) -> str:
    """RFC 3339 in UTC with whole seconds, as the API server writes it. A naive moment counts as UTC."""
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


@lru_cache(maxsize=4096)
def seconds(age: str) -> int | None:
    """How many seconds an age says; None for `<unknown>`, `<invalid>` and anything else."""
    age = age.strip()
    if not _WHOLE.fullmatch(age):
        return None
    return sum(int(number) * _SECONDS[unit] for number, unit in _PARTS.findall(age))


@lru_cache(maxsize=4096)
def before(now: datetime, age: str) -> str | None:
    """The moment `age` before `now`, or None when the age says none."""
    elapsed = seconds(age)
    if elapsed is None:
        return None
    try:
        return iso(now - timedelta(seconds=elapsed))
    except OverflowError:
        return None


@lru_cache(maxsize=4096)
def stamp(value: str) -> str | None:
    """A printed timestamp (RFC1123Z, Go's default, or RFC 3339); None for Go's zero time and for anything else."""
    value = value.strip()
    if _RFC3339.fullmatch(value):
        return value
    moment = _rfc1123z(value) or _go(value)
    try:
        return iso(moment) if moment and moment.year > 1 else None
    except OverflowError:
        return None


def _rfc1123z(value: str) -> datetime | None:
    match = _RFC1123Z.match(value)
    if match is None:
        return None
    day, month, year, hour, minute, second, sign, east_h, east_m = match.groups()
    return _moment((year, str(_MONTHS.get(month, 0)), day, hour, minute, second), sign, east_h, east_m)


def _go(value: str) -> datetime | None:
    match = _GO.match(value)
    if match is None:
        return None
    return _moment(match.groups()[:6], *match.groups()[6:])


def _moment(parts: tuple[str, ...], sign: str, east_h: str, east_m: str) -> datetime | None:
    east = timedelta(hours=int(east_h), minutes=int(east_m))
    year, month, day, hour, minute, second = map(int, parts)
    try:
        zone = timezone(-east if sign == "-" else east)
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None
