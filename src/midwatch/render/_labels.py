"""Where labels of edges stand: on their line, and never over a box or another label."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, NamedTuple

from midwatch.render._layout import GAP_X, Layout, Point
from midwatch.render._shapes import text_width
from midwatch.render.picture import PictureEdge, printable

_PLACES = (0.5, 0.38, 0.62, 0.27, 0.73)
_HEIGHT = 13.0


@dataclass(frozen=True, slots=True)
class Label:
    """Text centred at a point."""

    SIZE: ClassVar[float] = 9.5
    text: str
    x: float
    y: float
    on_path: bool


class _Area(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: _Area) -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


def place_labels(edges: Sequence[PictureEdge], layout: Layout, sizes: Mapping[str, Point]) -> list[Label]:
    """Labels that find room; those of the causal path choose first. Of a bundle with one meaning one is enough."""
    taken = [_box(layout.boxes[each], size) for each, size in sizes.items()]
    told: set[tuple[str, str]] = set()
    placed: list[Label] = []
    for edge in sorted(edges, key=lambda each: not each.on_path):
        text = printable(edge.label, 40)
        bundles = {(edge.source, text), (edge.target, text)}
        if not text or (bundles & told and not edge.on_path):
            continue
        found = _place(edge, text, layout, taken)
        if found is not None:
            placed.append(found)
            taken.append(_around(found))
            told |= bundles
    return placed


def _place(edge: PictureEdge, text: str, layout: Layout, taken: Sequence[_Area]) -> Label | None:
    for x, y in _candidates(layout.routes[edge.source, edge.target]):
        label = Label(text, x, y, edge.on_path)
        area = _around(label)
        if not any(area.meets(each) for each in taken):
            return label
    return None


def _candidates(route: Sequence[Point]) -> Iterator[Point]:
    """Points on the curve between layers; what runs straight across a layer has no room."""
    for (x, y), (end_x, end_y) in pairwise(route):
        for t in _PLACES if abs(abs(end_x - x) - GAP_X) < 1 else ():
            bow = 1.5 * t * (1 - t)  # both control points lie half-way across
            yield (
                x * (1 - t) ** 3 + (x + end_x) * bow + end_x * t**3,
                y * (1 - t) ** 2 * (1 + 2 * t) + end_y * t**2 * (3 - 2 * t),
            )


def _box(corner: Point, size: Point) -> _Area:
    return _Area(corner[0], corner[1], corner[0] + size[0], corner[1] + size[1])


def _around(label: Label) -> _Area:
    half = text_width(label.text, Label.SIZE) / 2 + 3
    return _Area(label.x - half, label.y - _HEIGHT / 2, label.x + half, label.y + _HEIGHT / 2)
