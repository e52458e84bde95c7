"""A case that was recorded at another time: every absolute stamp moved by one constant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

from midwatch.evals.cloudopsbench.case import Case
from midwatch.evals.cloudopsbench.objects import taken_at
from midwatch.evals.variations.retell import retell

_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_CLOCK = r"\d\d:\d\d:\d\d"
_LAYOUTS: Mapping[str, tuple[str, str]] = {
    "rfc1123": (rf"\b{_DAY}, \d\d {_MONTH} \d{{4}} {_CLOCK}", "%a, %d %b %Y %H:%M:%S"),
    "systemd": (rf"\b{_DAY} \d{{4}}-\d\d-\d\d {_CLOCK}", "%a %Y-%m-%d %H:%M:%S"),
    "iso": (rf"\b\d{{4}}-\d\d-\d\dT{_CLOCK}", "%Y-%m-%dT%H:%M:%S"),
    "blank": (rf"\b\d{{4}}-\d\d-\d\d {_CLOCK}", "%Y-%m-%d %H:%M:%S"),
    "redis": (rf"\b\d\d {_MONTH} \d{{4}} {_CLOCK}", "%d %b %Y %H:%M:%S"),
    "access": (rf"\b\d\d/{_MONTH}/\d{{4}}:{_CLOCK}", "%d/%b/%Y:%H:%M:%S"),
    "syslog": (rf"\b{_MONTH} \d\d {_CLOCK}", "%b %d %H:%M:%S"),
    "klog": (rf"(?<=[IWEF])\d{{4}} {_CLOCK}", "%m%d %H:%M:%S"),
    "epoch": (r"(?<![\w.-])1[5-9]\d{8}(?=\d{3}\b|\.\d|\b(?!\.))", ""),
}
_YEARLESS = ("syslog", "klog")
_STAMP = re.compile("|".join(rf"(?P<{name}>{pattern})" for name, (pattern, _) in _LAYOUTS.items()))


class Shift:
    """Moves the stamps of a text by `by`; `year` is that of stamps that tell none."""

    def __init__(self, by: timedelta, year: int) -> None:
        self._by = by
        self._year = year

    def __call__(self, text: str) -> str:
        """The text at the other time; the zone of a stamp and its fraction of a second stay."""
        return _STAMP.sub(self._stamp, text)

    def _stamp(self, match: re.Match[str]) -> str:
        name, written = match.lastgroup or "", match[0]
        if name == "epoch":
            return str(int(written) + round(self._by.total_seconds()))
        layout = _LAYOUTS[name][1]
        if name in _YEARLESS:
            return self._moved(f"{self._year} {written}", f"%Y {layout}", layout) or written
        return self._moved(written, layout, layout) or written

    def _moved(self, written: str, read: str, layout: str) -> str | None:
        try:
            return (datetime.strptime(written, read) + self._by).strftime(layout)  # noqa: DTZ007  # its zone stays
        except (ValueError, OverflowError):
            return None


def moved(case: Case, by: timedelta) -> Case:
    """The case, recorded `by` later."""
    return retell(case, Shift(by, taken_at(case).year))


def shifted(case: Case, random: Random) -> Case:
    """The case some weeks or months earlier or later, at another time of day."""
    days = random.choice((-1, 1)) * random.randrange(20, 400)
    return moved(case, timedelta(days=days, seconds=random.randrange(86400)))
