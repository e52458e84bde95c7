"""Functions of one instant. Source: prometheus/promql/functions.go."""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime

from midwatch.lab.core.metrics import Labels
from midwatch.lab.telemetry.promql.syntax import Expression, PromqlError, Selector
from midwatch.lab.telemetry.promql.values import NAME, Vector, nameless, sort_labels, unique

_LABEL = re.compile(r"[a-zA-Z_]\w*", re.ASCII)
_GROUP = re.compile(r"\$(?:(\w+)|\{(\w+)\}|(\$))")


def _safe(function: Callable[[float], float]) -> Callable[[float], float]:
    def call(value: float) -> float:
        try:
            return function(value)
        except ValueError:
            return math.nan
        except OverflowError:
            return math.inf

    return call


def _log(base: Callable[[float], float]) -> Callable[[float], float]:
    return lambda value: -math.inf if value == 0 else math.inf if value == math.inf else _safe(base)(value)


def _whole(function: Callable[[float], int]) -> Callable[[float], float]:
    return lambda value: float(function(value)) if math.isfinite(value) else value


def _sign(value: float) -> float:
    return math.copysign(1.0, value) if value else value


MATH: dict[str, Callable[[float], float]] = {
    "abs": abs,
    "ceil": _whole(math.ceil),
    "floor": _whole(math.floor),
    "exp": _safe(math.exp),
    "ln": _log(math.log),
    "log2": _log(math.log2),
    "log10": _log(math.log10),
    "sqrt": _safe(math.sqrt),
    "sgn": _sign,
    **{
        each: _safe(getattr(math, each))
        for each in ("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh")
    },
    "deg": math.degrees,
    "rad": math.radians,
}
"""Functions of one number, by name."""


def _time(read: Callable[[datetime], int]) -> Callable[[float], float]:
    def call(value: float) -> float:
        try:
            return float(read(datetime.fromtimestamp(value, UTC)))
        except (ValueError, OverflowError, OSError):
            return math.nan

    return call


CALENDAR: dict[str, Callable[[float], float]] = {
    "minute": _time(lambda at: at.minute),
    "hour": _time(lambda at: at.hour),
    "day_of_week": _time(lambda at: at.isoweekday() % 7),
    "day_of_month": _time(lambda at: at.day),
    "day_of_year": _time(lambda at: at.timetuple().tm_yday),
    "days_in_month": _time(lambda at: calendar.monthrange(at.year, at.month)[1]),
    "month": _time(lambda at: at.month),
    "year": _time(lambda at: at.year),
}
"""Functions of an epoch second, in UTC, by name."""


def rounded(value: float, nearest: float) -> float:
    """To the nearest multiple; ties go up."""
    if not math.isfinite(value):
        return value
    inverse = 1.0 / nearest
    return math.floor(value * inverse + 0.5) / inverse


def clamped(found: Vector, least: float, most: float) -> Vector:
    """Values within bounds; nothing when the bounds are the wrong way round."""
    if least > most:
        return {}
    return unique((nameless(labels), max(least, min(most, value))) for labels, value in found.items())


def ordered(found: Vector, *, descending: bool) -> Vector:
    """By value, NaN last."""
    sign = -1 if descending else 1
    pairs = sorted(found.items(), key=lambda each: (math.isnan(each[1]), sign * each[1]))
    return dict(pairs)


def label_replace(found: Vector, target: str, replacement: str, source: str, pattern: str) -> Vector:
    """A label set from parts of another one. Raises `PromqlError` for what is no pattern or no label name."""
    try:
        compiled = re.compile(pattern, re.DOTALL)
    except re.error as error:
        raise PromqlError(f"invalid regular expression in label_replace(): {pattern}", "execution") from error
    if not _LABEL.fullmatch(target):
        raise PromqlError(f"invalid destination label name in label_replace(): {target}", "execution")

    def renamed(labels: Labels) -> Labels:
        known = dict(labels)
        match = compiled.fullmatch(known.get(source, ""))
        if match is None:
            return labels
        return sort_labels({**known, target: _GROUP.sub(lambda part: _part(match, part), replacement)})

    return unique((renamed(labels), value) for labels, value in found.items())


def _part(match: re.Match[str], part: re.Match[str]) -> str:
    if part.group(3):
        return "$"
    name = part.group(1) or part.group(2)
    try:
        return (match.group(int(name)) if name.isdigit() else match.group(name)) or ""
    except IndexError:
        return ""


def label_join(found: Vector, target: str, separator: str, sources: tuple[str, ...]) -> Vector:
    """A label made of several others."""
    if not _LABEL.fullmatch(target):
        raise PromqlError(f"invalid destination label name in label_join(): {target}", "execution")

    def joined(labels: Labels) -> Labels:
        known = dict(labels)
        return sort_labels({**known, target: separator.join(known.get(each, "") for each in sources)})

    return unique((joined(labels), value) for labels, value in found.items())


def absent_labels(expression: Expression) -> Labels:
    """The labels that `absent` can tell from a selector: those that must have one certain value."""
    if not isinstance(expression, Selector):
        return ()
    exact = [each for each in expression.matchers if each.op == "=" and each.name != NAME]
    names = [each.name for each in expression.matchers]
    return sort_labels({each.name: each.value for each in exact if names.count(each.name) == 1})
