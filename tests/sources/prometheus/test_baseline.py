"""When a time series has left its baseline."""

from __future__ import annotations

from random import Random

import pytest

from midwatch.sources.prometheus.baseline import Limits, shift_of

LIMITS = Limits(1.0, 0.3)


def _points(*parts: tuple[float, int], noise: float = 0.02, seed: int = 0) -> list[tuple[float, float]]:
    random = Random(seed)
    values = [level * (1 + random.gauss(0, noise)) for level, count in parts for _ in range(count)]
    return [(60.0 * index, value) for index, value in enumerate(values)]


@pytest.mark.parametrize("seed", range(20))
def test_noise_never_leaves_the_baseline(seed: int) -> None:
    assert shift_of(_points((100, 120), noise=0.2, seed=seed), LIMITS) is None


@pytest.mark.parametrize("after", [3, 10, 60, 110])
def test_a_step_is_found_however_long_ago_it_was(after: int) -> None:
    found = shift_of(_points((10, 120 - after), (40, after)), LIMITS)
    assert found is not None
    assert found.normal == pytest.approx(10, rel=0.05)
    assert found.current == pytest.approx(40, rel=0.05)
    assert found.since == 60.0 * (120 - after)


def test_a_step_down_counts_like_one_up() -> None:
    found = shift_of(_points((40, 60), (2, 10)), LIMITS)
    assert found is not None
    assert found.current < found.normal


def test_what_went_back_to_normal_is_over() -> None:
    assert shift_of(_points((10, 40), (90, 10), (10, 10)), LIMITS) is None


def test_a_single_spike_is_nothing() -> None:
    assert shift_of(_points((10, 60), (500, 1), (10, 20)), LIMITS) is None
    assert shift_of(_points((10, 60), (500, 1)), LIMITS) is None


def test_small_changes_are_nothing_in_the_unit_or_in_proportion() -> None:
    assert shift_of(_points((0.1, 60), (0.9, 20)), LIMITS) is None
    assert shift_of(_points((100, 60), (120, 20)), LIMITS) is None


def test_what_is_known_too_briefly_is_not_judged() -> None:
    assert shift_of(_points((10, 4), (90, 3)), LIMITS) is None
    assert shift_of([], LIMITS) is None
