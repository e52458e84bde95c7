"""A layered layout from left to right: layers, few crossings (`_layers`), then straight lines.

Positions within a layer are the least-squares fit to the neighbours that keeps order and gaps (pool adjacent
violators), so boxes never overlap. Everything is deterministic.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import TypeAlias

from midwatch.render._layers import (
    Chains,
    Directed,
    Item,
    Near,
    assign_layers,
    neighbours,
    order,
    with_bends,
    without_cycles,
)

GAP_X = 88.0
GAP_Y = 16.0
_BEND_HEIGHT = 10.0
_BEND_WEIGHT = 3.0
_ROUNDS = 12
_APART = 30.0
_ASPECT = 1.6

Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Layout:
    """Upper left corners of the boxes, the points each edge runs through, and the size of the whole."""

    boxes: Mapping[str, Point]
    routes: Mapping[tuple[str, str], Sequence[Point]]
    width: float
    height: float


def lay_out(sizes: Mapping[str, Point], edges: Iterable[tuple[str, str]]) -> Layout:
    """Place boxes of these sizes (width, height); `edges` join different known boxes.

    What does not hang together is laid out by itself, then set side by side in rows like words on a page.
    """
    unique = list(dict.fromkeys(edges))
    parts = [_connected(*each) for each in _components(sizes, unique)]
    parts.sort(key=lambda each: (-len(each.boxes), -each.height))
    area = sum((each.width + _APART) * (each.height + _APART) for each in parts)
    page = max([sqrt(area * _ASPECT), *(each.width for each in parts)], default=0.0)
    return _join(parts, page)


def _components(
    sizes: Mapping[str, Point], edges: Sequence[tuple[str, str]]
) -> Iterator[tuple[Mapping[str, Point], list[tuple[str, str]]]]:
    near: defaultdict[str, list[str]] = defaultdict(list)
    for one, other in edges:
        near[one].append(other)
        near[other].append(one)
    part: dict[str, int] = {}
    for start in sizes:
        stack = [start] if start not in part else []
        while stack:
            node = stack.pop()
            if node not in part:
                part[node] = part.get(start, len(part))
                stack += near[node]
    nodes: defaultdict[int, dict[str, Point]] = defaultdict(dict)
    joined: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for node, size in sizes.items():
        nodes[part[node]][node] = size
    for edge in edges:
        joined[part[edge[0]]].append(edge)
    yield from ((found, joined[number]) for number, found in nodes.items())


def _join(parts: Sequence[Layout], page: float) -> Layout:
    boxes: dict[str, Point] = {}
    routes: dict[tuple[str, str], Sequence[Point]] = {}
    x = y = row = width = 0.0
    for part in parts:
        if x and x + part.width > page:
            x, y, row = 0.0, y + row + _APART, 0.0
        boxes |= {each: (left + x, top + y) for each, (left, top) in part.boxes.items()}
        routes |= {each: [(at + x, down + y) for at, down in route] for each, route in part.routes.items()}
        row, width = max(row, part.height), max(width, x + part.width)
        x += part.width + _APART
    return Layout(boxes, routes, width, y + row)


def _connected(sizes: Mapping[str, Point], edges: Sequence[tuple[str, str]]) -> Layout:
    directed = without_cycles(list(sizes), edges)
    layer_of = assign_layers(list(sizes), [(left, right) for left, right, _ in directed])
    layers, chains = with_bends(layer_of, directed)
    before, after = neighbours(chains)
    layers = order(layers, before, after)
    heights = {item: sizes[item][1] if isinstance(item, str) else _BEND_HEIGHT for each in layers for item in each}
    return _place(layers, sizes, heights, _middles(layers, before, after, heights), chains, directed)


def _middles(
    layers: Sequence[Sequence[Item]], before: Near, after: Near, heights: Mapping[Item, float]
) -> dict[Item, float]:
    """The vertical middle of each item: layer by layer drawn towards its neighbours, to and fro."""
    middle: dict[Item, float] = {}
    for layer in layers:
        middle |= _fit(layer, dict.fromkeys(layer, 0.0), heights)
    for turn in range(_ROUNDS):
        forth = turn % 2 == 0
        for layer in layers if forth else reversed(layers):
            near = before if forth else after
            if turn >= _ROUNDS - 2:
                wanted = {each: _mean(each, (before, after), middle) for each in layer}
            else:
                wanted = {each: _mean(each, (near,), middle) for each in layer}
            middle |= _fit(layer, wanted, heights)
    return middle


def _mean(item: Item, sides: Sequence[Near], middle: Mapping[Item, float]) -> float:
    places = [middle[each] for side in sides for each in side.get(item, ())]
    return sum(places) / len(places) if places else middle[item]


def _fit(layer: Sequence[Item], wanted: Mapping[Item, float], heights: Mapping[Item, float]) -> dict[Item, float]:
    """Middles nearest to the wanted ones (weighted least squares) in the given order with the given gaps."""
    offsets = [0.0]
    for one, other in pairwise(layer):
        offsets.append(offsets[-1] + (heights[one] + heights[other]) / 2 + GAP_Y)
    blocks: list[tuple[float, float, int]] = []  # weighted mean, weight, items
    for item, offset in zip(layer, offsets, strict=True):
        block = (wanted[item] - offset, 1.0 if isinstance(item, str) else _BEND_WEIGHT, 1)
        while blocks and blocks[-1][0] >= block[0]:
            mean, weight, items = blocks.pop()
            total = weight + block[1]
            block = ((mean * weight + block[0] * block[1]) / total, total, items + block[2])
        blocks.append(block)
    flat = [mean for mean, _, items in blocks for _ in range(items)]
    return {item: mean + offset for item, mean, offset in zip(layer, flat, offsets, strict=True)}


def _place(
    layers: Sequence[Sequence[Item]],
    sizes: Mapping[str, Point],
    heights: Mapping[Item, float],
    middles: Mapping[Item, float],
    chains: Chains,
    directed: Directed,
) -> Layout:
    spans: dict[Item, Point] = {}
    left = 0.0
    for layer in layers:
        width = max((sizes[each][0] for each in layer if isinstance(each, str)), default=0.0)
        spans |= dict.fromkeys(layer, (left, left + width))
        left += width + GAP_X
    top = min((middle - heights[each] / 2 for each, middle in middles.items()), default=0.0)
    middles = {each: middle - top for each, middle in middles.items()}
    boxes = {each: (spans[each][0], middles[each] - size[1] / 2) for each, size in sizes.items()}
    routes: dict[tuple[str, str], Sequence[Point]] = {}
    for one, other, turned in directed:
        route = [(spans[one][0] + sizes[one][0], middles[one]), *_route(chains[one, other], spans, middles)]
        routes[(other, one) if turned else (one, other)] = route[::-1] if turned else route
    height = max((middle + heights[each] / 2 for each, middle in middles.items()), default=0.0)
    return Layout(boxes, routes, max(left - GAP_X, 0.0), height)


def _route(chain: Sequence[Item], spans: Mapping[Item, Point], middles: Mapping[Item, float]) -> list[Point]:
    """From the right end of the first layer, across each layer on the way, to the left side of the last box."""
    points = [(spans[chain[0]][1], middles[chain[0]])]
    for bend in chain[1:-1]:
        points += [(spans[bend][0], middles[bend]), (spans[bend][1], middles[bend])]
    return [*points, (spans[chain[-1]][0], middles[chain[-1]])]
