"""Whatever a cluster holds, building, asking and drawing never fail, and answers stay consistent."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from midwatch.domain.inventory import build_inventory
from midwatch.knowledge.changes import changes
from midwatch.knowledge.graph import build_graph
from midwatch.knowledge.view import picture_of
from midwatch.render.dot import dot
from midwatch.render.svg import svg
from midwatch.render.text import text
from tests.knowledge.arbitrary import NOW, arbitrary_inventory

SEEDS = st.integers(0, 2**32)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_arbitrary_objects_never_break_building_or_drawing(seed: int) -> None:
    inventory = arbitrary_inventory(seed)
    graph = build_graph(inventory)
    changes(inventory, NOW - timedelta(hours=1), NOW)
    refs = sorted(graph.nodes)
    for focus in (None, *refs[:: max(1, len(refs) // 4)]):
        picture = picture_of(graph, inventory, focus, (), 2)
        ET.fromstring(svg(picture))
        shown = text(picture) + text(picture, markup=True) + dot(picture)
        assert shown.replace("\n", "").isprintable()


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_dependants_and_dependencies_mirror_each_other(seed: int) -> None:
    graph = build_graph(arbitrary_inventory(seed))
    for ref in graph.nodes:
        for other in graph.dependants(ref, hops=2):
            assert ref in graph.dependencies(other, hops=2)
            assert graph.path(ref, other)[0] == ref
            assert graph.path(ref, other)[-1] == other


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_every_order_of_the_objects_gives_the_same_picture(seed: int) -> None:
    inventory = arbitrary_inventory(seed)
    objects = [each for found in inventory.objects.values() for each in found]
    other = build_inventory(objects[::-1], {}, NOW)
    one, two = build_graph(inventory), build_graph(other)
    # Workloads that are not in the inventory are described by any one of their pods: only calls may then differ.
    assert one.nodes.keys() == two.nodes.keys()
    assert svg(picture_of(one, inventory)) == svg(picture_of(two, other))
