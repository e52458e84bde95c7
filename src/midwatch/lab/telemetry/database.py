"""Samples of all series, in memory: one list of scrape times, and for each series its value whenever it changed.

Most series of a cluster seldom change (limits, states, idle counters), so a run of equal values costs one entry.
What Prometheus tells by a staleness marker, that a series ended, is a NaN here.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from midwatch.lab.core.metrics import Labels
from midwatch.lab.telemetry.matcher import Matcher

STALENESS = 300.0
"""Seconds after which a series without samples is gone (`--query.lookback-delta`)."""
_TRIM = 40
"""Scrapes that may pass beyond the retention before old ones are thrown away, all at once."""


class Series:
    """One series: `runs` are its values, each from the scrape numbered in `starts` on, up to scrape `last`.

    `named` are its labels with the metric name among them, as queries show it.
    """

    __slots__ = ("labels", "last", "named", "runs", "starts")

    def __init__(self, labels: Labels, name: str) -> None:
        self.labels = labels
        self.named = tuple(sorted((*(each for each in labels if each[1]), ("__name__", name))))
        self.starts = array("Q")
        self.runs = array("d")
        self.last = -2  # so that not even the scrape before the first one is its own

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

    def values(self, first: int, end: int) -> list[float]:
        """The values that scrapes brought from `first` (or from the first of the series) up to before `end`."""
        starts, runs = self.starts, self.runs
        low = max(bisect_right(starts, first) - 1, 0)
        high = bisect_left(starts, end, low)
        first = max(first, starts[low])
        if end <= first:
            return []
        if high - low == 1:
            return [runs[low]] * (end - first)
        if high - low == end - first:  # another value with every scrape
            return runs[low:high].tolist()
        found = [runs[low]] * (starts[low + 1] - first)
        for index in range(low + 1, high - 1):
            found.extend([runs[index]] * (starts[index + 1] - starts[index]))
        found.extend([runs[high - 1]] * (end - starts[high - 1]))
        return found

    def trim(self, first: int) -> int:
        """Forget the samples before a scrape; returns how many entries that freed."""
        count = bisect_right(self.starts, first) - 1
        if count <= 0:
            return 0
        del self.starts[:count], self.runs[:count]
        return count


Samples: TypeAlias = tuple[Series, Sequence[float], list[float]]
"""A series with times and values."""


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
        live = self._live.get(name)
        if live is None or list(live) != list(values):  # compares by identity first: far quicker than look-ups
            live = self._lined_up(scrape, name, values)
        grown = 0
        before = scrape - 1
        for series, value in zip(live.values(), values.values(), strict=True):
            if series.last == before and series.runs[-1] == value:
                series.last = scrape
            else:
                grown += series.write(scrape, value)
        self._entries += grown

    def _lined_up(self, scrape: int, name: str, values: Mapping[Labels, float]) -> dict[Labels, Series]:
        """The series of a family in the order of the values: new ones are begun, those not among them end."""
        family = self._families.setdefault(name, {})
        live: dict[Labels, Series] = {}
        for labels in values:
            series = family.get(labels)
            if series is None:
                series = family[labels] = Series(labels, name)
            live[labels] = series
        if name in self._live:
            self._end(scrape, name, values)
        self._live[name] = live
        return live

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

    def at(self, found: Iterable[Series], when: float) -> Iterator[tuple[Series, float, float]]:
        """Time and value of the newest sample of each series that has one which is not stale (instant queries)."""
        newest = self._first + bisect_right(self._times, when) - 1
        oldest = self._first + bisect_right(self._times, when - STALENESS)
        for series in found:
            scrape = min(newest, series.last)
            if scrape < oldest:
                continue
            value = series.value_at(scrape)
            if not math.isnan(value):
                yield series, self._times[scrape - self._first], value

    def windows(self, found: Iterable[Series], start: float, end: float) -> Iterator[Samples]:
        """Those series that have samples after `start`, up to and with `end`, with their times and values."""
        times = self._times
        low, high = bisect_right(times, start), bisect_right(times, end)
        first, last, whole = low + self._first, high + self._first, times[low:high]
        for series in found:
            begun, until = series.starts[0], series.last + 1
            if until <= first or begun >= last or low >= high:
                continue
            values = series.values(first, min(last, until))
            full = until >= last and begun <= first
            shown = whole if full else times[max(low, begun - self._first) :][: len(values)]
            if not math.isnan(sum(values)):  # infinities of both signs come to NaN too: then nothing is left out
                yield series, shown, values
            elif pairs := [(at, each) for at, each in zip(shown, values, strict=True) if not math.isnan(each)]:
                yield series, [at for at, _ in pairs], [each for _, each in pairs]

    def has_samples(self, series: Series, start: float, end: float) -> bool:
        """Whether a series has any sample in a time."""
        return any(self.windows((series,), start, end))

    @property
    def span(self) -> tuple[float, float] | None:
        """First and last scrape; None before the first."""
        return (self._times[0], self._times[-1]) if self._times else None


def _fulfils(labels: Labels, matchers: Sequence[Matcher]) -> bool:
    known = dict(labels)
    return all(each.matches(known.get(each.name, "")) for each in matchers)
