"""What was scraped can be read back, whatever way it is kept."""

from __future__ import annotations

from random import Random

import pytest

from midwatch.lab.core.metrics import Labels, labels
from midwatch.lab.telemetry.database import Database
from midwatch.lab.telemetry.matcher import Matcher

_STEP = 15.0
_NAMES = tuple(labels(pod=f"cart-{each}") for each in range(6))
_ALL = (Matcher("__name__", "=", "requests_total"),)


@pytest.mark.parametrize("seed", range(20))
def test_series_that_pause_rest_come_back_and_change_places_give_back_what_they_were_given(seed: int) -> None:
    random, database = Random(seed), Database(retention=600.0)
    scraped: list[tuple[float, dict[Labels, float]]] = []
    for index in range(120):
        there = random.sample(_NAMES, random.randint(0, len(_NAMES)))
        values = {each: float(random.randint(0, 2)) for each in there}
        scraped.append((index * _STEP, values))
        database.append(index * _STEP, [("requests_total", values)])
    span = database.span
    assert span is not None
    assert span[0] > 0  # old samples are gone
    for _ in range(30):
        start, end = sorted(random.uniform(span[0], 120 * _STEP) for _ in range(2))
        found = database.windows([series for _, series in database.select(_ALL)], start, end)
        got = {series.labels: list(zip(times, values, strict=True)) for series, times, values in found}
        wanted: dict[Labels, list[tuple[float, float]]] = {}
        for at, values in scraped:
            for name, value in values.items() if start < at <= end else ():
                wanted.setdefault(name, []).append((at, value))
        assert got == wanted


def test_an_instant_sees_the_newest_sample_unless_the_series_ended_or_is_stale() -> None:
    database, (cart, web, *_) = Database(), _NAMES
    database.append(0.0, [("requests_total", {cart: 1.0, web: 2.0})])
    database.append(15.0, [("requests_total", {cart: 3.0})])
    every = [series for _, series in database.select(_ALL)]
    assert [(each.labels, at, value) for each, at, value in database.at(every, 20.0)] == [(cart, 15.0, 3.0)]
    assert [value for _, _, value in database.at(every, 10.0)] == [1.0, 2.0]
    assert list(database.at(every, 15.0 + 300.0)) == []
    assert list(database.at(every, -1.0)) == []
