"""Samples of all series, in memory: one list of scrape times, and for each series its value whenever it changed.

Most series of a cluster seldom change (limits, states, idle counters), so a run of equal values costs one entry.
What Prometheus tells by a staleness marker, that a series ended, is a NaN here.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence

from midwatch.lab.core.metrics import Labels
from midwatch.lab.telemetry.matcher import Matcher

STALENESS = 300.0
"""Seconds after which a series without samples is gone (`--query.lookback-delta`)."""
_TRIM = 40
"""Scrapes that may pass beyond the retention before old ones are thrown away, all at once."""


class Series:
    """One series: `runs` are its values, each from the scrape numbered in `starts` on, up to scrape `last`."""

    __slots__ = ("labels", "last", "runs", "starts")

    def __init__(self, labels: Labels) -> None:
        self.labels = labels
        self.starts = array("Q")
        self.runs = array("d")
        self.last = -1

    def write(self, scrape: int, value: float) -> int:
        """Add a sample; returns how many entries that took."""
        if self.runs and self.last == scrape - 1 and self.runs[-1] == value:
            self.last = scrape
            return 0
        self.starts.append(scrape)
        self.runs.append(value)
        self.last = scrape
        return 1

    def value_at(self, scrape: int) -> float:
        """The value that scrape brought, NaN when it brought none."""
        position = bisect_right(self.starts, scrape) - 1
        return self.runs[position] if position >= 0 and scrape <= self.last else math.nan

    def trim(self, first: int) -> int:
        """Forget the samples before a scrape; returns how many entries that freed."""
        count = bisect_right(self.starts, first) - 1
        if count <= 0:
            return 0
        del self.starts[:count], self.runs[:count]
        return count


class Database:
    """All series by metric name and labels. Times in epoch seconds, oldest first.

    `retention` in seconds; `most` entries (16 bytes each) are kept at most, whatever the retention says.
    """

    def __init__(self, retention: float = 6 * 3600.0, most: int = 20_000_000) -> None:
        self.retention = retention
        self._most = most
        self._times = array("d")
        self._first = 0
        self._entries = 0
        self._families: dict[str, dict[Labels, Series]] = {}
        self._live: dict[str, dict[Labels, Series]] = {}

    @property
    def names(self) -> list[str]:
        """All metric names."""
        return sorted(self._families)

    @property
    def entries(self) -> int:
        """How many entries are kept: what the memory grows with."""
        return self._entries

    def append(self, at: float, families: Iterable[tuple[str, Mapping[Labels, float]]]) -> None:
        """One scrape. Series that it does not bring end here."""
        scrape = self._first + len(self._times)
        self._times.append(at)
        seen: set[str] = set()
        for name, values in families:
            if values and name not in seen:
                seen.add(name)
                self._write(scrape, name, values)
        for name in [each for each in self._live if each not in seen]:
            self._end(scrape, name, {})
        self._trim(at)

    def _write(self, scrape: int, name: str, values: Mapping[Labels, float]) -> None:
        family = self._families.setdefault(name, {})
        live = self._live.setdefault(name, {})
        grown = 0
        for labels, value in values.items():
            series = live.get(labels)
            if series is None:
                series = family.get(labels)
                if series is None:
                    series = family[labels] = Series(labels)
                live[labels] = series
            grown += series.write(scrape, value)
        self._entries += grown
        if len(live) != len(values):
            self._end(scrape, name, values)

    def _end(self, scrape: int, name: str, values: Mapping[Labels, float]) -> None:
        live = self._live[name]
        for labels in [each for each in live if each not in values]:
            self._entries += live.pop(labels).write(scrape, math.nan)
        if not live:
            del self._live[name]

    def _trim(self, now: float) -> None:
        over = bisect_left(self._times, now - self.retention)
        if self._entries > self._most:
            over = max(over, len(self._times) // 4)
        elif over < _TRIM:
            return
        first = self._first = self._first + over
        del self._times[:over]
        for name, family in list(self._families.items()):
            for labels, series in list(family.items()):
                if series.last < first:
                    self._entries -= len(series.runs)
                    del family[labels]
                else:
                    self._entries -= series.trim(first)
            if not family:
                del self._families[name]

    def select(self, matchers: Sequence[Matcher]) -> Iterator[tuple[str, Series]]:
        """The series that fulfil all conditions, with their names."""
        by_name = [each for each in matchers if each.name == "__name__"]
        others = [each for each in matchers if each.name != "__name__"]
        exact = next((each.value for each in by_name if each.op == "="), None)
        names: Iterable[str] = [exact] if exact in self._families else [] if exact is not None else self._families
        for name in names:
            if not all(each.matches(name) for each in by_name):
                continue
            for labels, series in self._families[name].items():
                if not others or _fulfils(labels, others):
                    yield name, series

    def at(self, series: Series, when: float) -> tuple[float, float] | None:
        """Time and value of the newest sample that is not stale, as an instant query sees it."""
        position = bisect_right(self._times, when) - 1
        scrape = min(self._first + position, series.last)
        if scrape < self._first:
            return None
        at = self._times[scrape - self._first]
        value = series.value_at(scrape)
        return None if at <= when - STALENESS or math.isnan(value) else (at, value)

    def window(self, series: Series, start: float, end: float) -> tuple[Sequence[float], list[float]]:
        """Times and values of the samples after `start`, up to and with `end`."""
        times = self._times
        low = bisect_right(times, start)
        high = min(bisect_right(times, end), series.last - self._first + 1)
        if low >= high:
            return (), []
        found: list[float] = []
        first, last = low + self._first, high + self._first
        position = max(bisect_right(series.starts, first) - 1, 0)
        gap = max(int(series.starts[position]) - first, 0)
        for index in range(position, len(series.starts)):
            begin = max(int(series.starts[index]), first)
            if begin >= last:
                break
            until = int(series.starts[index + 1]) if index + 1 < len(series.starts) else last
            found.extend([series.runs[index]] * (min(until, last) - begin))
        shown = times[low + gap : high]
        if any(math.isnan(each) for each in found):
            pairs = [(at, each) for at, each in zip(shown, found, strict=True) if not math.isnan(each)]
            return [at for at, _ in pairs], [each for _, each in pairs]
        return shown, found

    def has_samples(self, series: Series, start: float, end: float) -> bool:
        """Whether a series has any sample in a time."""
        return bool(self.window(series, start, end)[1])

    @property
    def span(self) -> tuple[float, float] | None:
        """First and last scrape; None before the first."""
        return (self._times[0], self._times[-1]) if self._times else None


def _fulfils(labels: Labels, matchers: Sequence[Matcher]) -> bool:
    known = dict(labels)
    return all(each.matches(known.get(each.name, "")) for each in matchers)
