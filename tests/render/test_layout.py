"""Boxes do not overlap, edges run from left to right, and nothing depends on chance."""

from __future__ import annotations

import random
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from midwatch.render._layout import Layout, Point, lay_out

GRAPHS = st.integers(0, 2**32)


def arbitrary(seed: int) -> tuple[dict[str, Point], list[tuple[str, str]]]:
    rng = random.Random(seed)
    names = [f"n{number}" for number in range(rng.randrange(1, 25))]
    sizes = {name: (rng.uniform(60, 240), rng.uniform(20, 60)) for name in names}
    edges = [(one, other) for one in names for other in names if one != other and rng.random() < 0.08]
    return sizes, edges


def overlaps(layout: Layout, sizes: dict[str, Point]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for one, other in combinations(sizes, 2):
        (x, y), (u, v) = layout.boxes[one], layout.boxes[other]
        across = x < u + sizes[other][0] and u < x + sizes[one][0]
        if across and y < v + sizes[other][1] and v < y + sizes[one][1]:
            found.append((one, other))
    return found


@settings(max_examples=100, deadline=None)
@given(GRAPHS)
def test_boxes_never_overlap_and_stay_inside(seed: int) -> None:
    sizes, edges = arbitrary(seed)
    layout = lay_out(sizes, edges)
    assert overlaps(layout, sizes) == []
    assert all(x >= 0 and y >= -0.01 for x, y in layout.boxes.values())
    assert all(
        x + sizes[name][0] <= layout.width + 0.01 and y + sizes[name][1] <= layout.height + 0.01
        for name, (x, y) in layout.boxes.items()
    )


@settings(max_examples=50, deadline=None)
@given(GRAPHS)
def test_every_edge_has_a_route_between_its_boxes(seed: int) -> None:
    sizes, edges = arbitrary(seed)
    layout = lay_out(sizes, edges)
    assert set(layout.routes) == set(edges)
    for (source, target), route in layout.routes.items():
        for name, (x, y) in ((source, route[0]), (target, route[-1])):
            left, top = layout.boxes[name]
            assert min(abs(x - left), abs(x - left - sizes[name][0])) < 0.01
            assert abs(y - top - sizes[name][1] / 2) < 0.01


def test_a_chain_is_a_straight_line() -> None:
    sizes = dict.fromkeys("abcd", (100.0, 40.0))
    layout = lay_out(sizes, [("a", "b"), ("b", "c"), ("c", "d")])
    assert len({y for _, y in layout.boxes.values()}) == 1
    assert [name for name, _ in sorted(layout.boxes.items(), key=lambda each: each[1])] == list("abcd")


def test_a_crossing_that_can_be_avoided_is_avoided() -> None:
    layout = lay_out(dict.fromkeys("abcd", (100.0, 40.0)), [("a", "d"), ("b", "c")])
    mixed = lay_out(dict.fromkeys("zabcd", (100.0, 40.0)), [("z", "a"), ("z", "b"), ("a", "d"), ("b", "c")])
    assert overlaps(layout, dict.fromkeys("abcd", (100.0, 40.0))) == []
    assert (mixed.boxes["a"][1] < mixed.boxes["b"][1]) == (mixed.boxes["d"][1] < mixed.boxes["c"][1])


def test_cycles_and_nothing_at_all_are_fine() -> None:
    assert lay_out({}, []).boxes == {}
    sizes = dict.fromkeys("abc", (100.0, 40.0))
    assert overlaps(lay_out(sizes, [("a", "b"), ("b", "c"), ("c", "a")]), sizes) == []
