"""A picture as SVG: layers from left to right, kinds by shape and colour, faults and their path in red."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from midwatch.render._labels import Label, place_labels
from midwatch.render._layout import Layout, Point, lay_out
from midwatch.render._legend import Entry, entries
from midwatch.render._shapes import number, outline, shorten, text_width
from midwatch.render._style import LIGHT, Family, Theme, family_of, short_kind
from midwatch.render.picture import Picture, PictureEdge, PictureNode, State, connected, printable

_MARGIN = 26.0
_TITLE = 34.0
_HEIGHT = 46.0
_NAME = 12.5
_KIND = 10.0
_NOTE = 11.5
_MIN_WIDTH = 128.0
_MAX_WIDTH = 264.0
_MIN_CANVAS = 420.0
_ROW = 22.0
_FONTS = "Inter, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
_DASHED = frozenset({State.MISSING, State.UNKNOWN})
_BADGES = {State.ERROR: "!", State.WARN: "!", State.MISSING: "×"}


def svg(picture: Picture, theme: Theme = LIGHT) -> str:
    """The picture as a self-contained SVG document on its own background, fit for dark and light pages."""
    nodes = {each.id: each for each in picture.nodes}
    edges = connected(picture)
    layout = lay_out(
        {each.id: (_width(each), _HEIGHT) for each in nodes.values()},
        ((each.source, each.target) for each in edges),
    )
    labels = place_labels(edges, layout, {each.id: (_width(each), _HEIGHT) for each in nodes.values()})
    body = [
        *_edges(edges, layout, theme),
        *(part for each in nodes.values() for part in _node(each, layout.boxes[each.id], theme)),
        *(_label(each, theme) for each in labels),
    ]
    return _document(picture, body, layout, entries(picture), theme)


def _document(picture: Picture, body: Iterable[str], layout: Layout, legend: Sequence[Entry], theme: Theme) -> str:
    notes = [printable(each, 400) for each in picture.notes]
    width = max(
        layout.width, _MIN_CANVAS, text_width(picture.title, 15), *(text_width(each, _NOTE) for each in notes)
    )
    legend_parts, legend_height = _legend(legend, layout.height + 30, width, theme)
    note_top = layout.height + 30 + legend_height
    height = _MARGIN * 2 + _TITLE + note_top + _ROW * len(notes)
    return "\n".join(
        (
            *_head(picture, number(width + 2 * _MARGIN), number(height), theme),
            *body,
            *legend_parts,
            *(_note(each, note_top + _ROW * at, theme) for at, each in enumerate(notes)),
            "</g>",
            "</svg>",
            "",
        )
    )


def _head(picture: Picture, width: str, height: str, theme: Theme) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" font-family="{_FONTS}">'
    )
    yield f"<title>{_text(picture.title)}</title>"
    yield f"<defs>{_arrow('arrow', theme.edge)}{_arrow('arrow-path', theme.path)}</defs>"
    yield f'<rect width="{width}" height="{height}" rx="10" fill="{theme.background}"/>'
    yield (
        f'<text x="{number(_MARGIN)}" y="{number(_MARGIN + 13)}" font-size="15" font-weight="600" '
        f'fill="{theme.ink}">{_text(picture.title)}</text>'
    )
    yield f'<g transform="translate({number(_MARGIN)} {number(_MARGIN + _TITLE)})">'


def _width(node: PictureNode) -> float:
    name = text_width(printable(node.label), _NAME)
    kind = text_width(_heading(node) + printable(node.detail), _KIND) + 14
    return min(max(name, kind, _MIN_WIDTH - 36) + 36, _MAX_WIDTH)


def _heading(node: PictureNode) -> str:
    kind = short_kind(printable(node.kind))
    return f"{kind} × {node.count}" if node.count > 1 else kind


def _node(node: PictureNode, at: Point, theme: Theme) -> Iterator[str]:
    (x, y), width, family = at, _width(node), family_of(node.kind)
    colour = theme.strokes.get(node.state, theme.families[family])
    fill = theme.fills.get(node.state, theme.fill)
    yield f"<g><title>{_text(f'{node.kind} {node.label} {node.detail}'.strip())}</title>"
    if node.focus:
        ring = outline(family, x - 5, y - 5, width + 10, _HEIGHT + 10)
        yield f'<path d="{ring}" fill="none" stroke="{theme.halo}" stroke-width="2" stroke-dasharray="2 3"/>'
    if node.count > 1:
        behind = outline(family, x + 4, y + 4, width, _HEIGHT)
        yield f'<path d="{behind}" fill="{fill}" stroke="{colour}" stroke-width="1" opacity="0.7"/>'
    weight = 2.6 if node.on_path or node.state in (State.ERROR, State.MISSING) else 1.5
    dash = ' stroke-dasharray="6 4"' if node.state in _DASHED else ""
    shape = outline(family, x, y, width, _HEIGHT)
    yield f'<path d="{shape}" fill="{fill}" stroke="{colour}" stroke-width="{weight}"{dash}/>'
    yield from _words(node, at, width, colour, theme)
    if node.state in _BADGES:
        yield _badge(node.state, x + width - 4, y + 2, theme)
    yield "</g>"


def _words(node: PictureNode, at: Point, width: float, colour: str, theme: Theme) -> Iterator[str]:
    x, y = at[0], at[1] + (3 if family_of(node.kind) is Family.STORAGE else 0)
    room = width - 32
    heading = shorten(_heading(node), _KIND, room)
    detail = shorten(printable(node.detail), _KIND, room - text_width(heading, _KIND) - 8)
    name = shorten(printable(node.label), _NAME, room)
    yield (
        f'<text x="{number(x + 16)}" y="{number(y + 18)}" font-size="{_KIND:g}" font-weight="600" '
        f'fill="{colour}">{_text(heading)}</text>'
    )
    if detail:
        tone = colour if node.state in theme.strokes else theme.faint
        yield (
            f'<text x="{number(x + width - 16)}" y="{number(y + 18)}" font-size="{_KIND:g}" text-anchor="end" '
            f'fill="{tone}">{_text(detail)}</text>'
        )
    yield (
        f'<text x="{number(x + 16)}" y="{number(y + 35)}" font-size="{_NAME:g}" font-weight="600" '
        f'fill="{theme.ink}">{_text(name)}</text>'
    )


def _badge(state: State, x: float, y: float, theme: Theme) -> str:
    return (
        f'<circle cx="{number(x)}" cy="{number(y)}" r="8" fill="{theme.strokes[state]}"/>'
        f'<text x="{number(x)}" y="{number(y + 4)}" font-size="11" font-weight="700" text-anchor="middle" '
        f'fill="{theme.background}">{_BADGES[state]}</text>'
    )


def _edges(edges: Iterable[PictureEdge], layout: Layout, theme: Theme) -> Iterator[str]:
    """Ordinary edges first, so that the causal path lies on top."""
    for edge in sorted(edges, key=lambda each: each.on_path):
        points = layout.routes[edge.source, edge.target]
        colour, weight, arrow = (theme.path, 3.2, "arrow-path") if edge.on_path else (theme.edge, 1.3, "arrow")
        yield (
            f'<path d="{curve(points)}" fill="none" stroke="{colour}" stroke-width="{weight}" '
            f'marker-end="url(#{arrow})"/>'
        )


def curve(points: Iterable[Point]) -> str:
    """A smooth line through points that leaves and enters each of them horizontally."""
    (x, y), *rest = points
    parts = [f"M{number(x)} {number(y)}"]
    for end_x, end_y in rest:
        middle = number((x + end_x) / 2)
        parts.append(f"C{middle} {number(y)} {middle} {number(end_y)} {number(end_x)} {number(end_y)}")
        x, y = end_x, end_y
    return "".join(parts)


def _label(label: Label, theme: Theme) -> str:
    colour = theme.path if label.on_path else theme.faint
    weight = ' font-weight="600"' if label.on_path else ""
    return (
        f'<text x="{number(label.x)}" y="{number(label.y + 3.5)}" font-size="{Label.SIZE:g}" text-anchor="middle" '
        f'fill="{colour}"{weight} stroke="{theme.background}" stroke-width="3.5" stroke-linejoin="round" '
        f'paint-order="stroke">{_text(label.text)}</text>'
    )


def _legend(legend: Sequence[Entry], top: float, width: float, theme: Theme) -> tuple[list[str], float]:
    parts: list[str] = []
    x, y = 0.0, top
    for entry in legend:
        room = 40 + text_width(entry.text, _NOTE)
        if x and x + room > width:
            x, y = 0.0, y + _ROW
        parts += [_sample(entry, x, y, theme), _caption(entry.text, x + 30, y + 9, theme)]
        x += room + 14
    return parts, (y - top + _ROW + 8) if legend else 0.0


def _sample(entry: Entry, x: float, y: float, theme: Theme) -> str:
    if entry.family is not None:
        path = outline(entry.family, x, y - 3, 24, 16, scale=0.45)
        return f'<path d="{path}" fill="{theme.fill}" stroke="{theme.families[entry.family]}" stroke-width="1.5"/>'
    if entry.state is not None:
        return _badge(entry.state, x + 12, y + 5, theme)
    return f'<path d="M{number(x)} {number(y + 5)}h24" stroke="{theme.path}" stroke-width="3.2"/>'


def _caption(text: str, x: float, y: float, theme: Theme) -> str:
    return f'<text x="{number(x)}" y="{number(y)}" font-size="{_NOTE:g}" fill="{theme.faint}">{_text(text)}</text>'


def _note(text: str, y: float, theme: Theme) -> str:
    return (
        f'<text x="0" y="{number(y + 9)}" font-size="{_NOTE:g}" font-style="italic" '
        f'fill="{theme.ink}">{_text(text)}</text>'
    )


def _arrow(name: str, colour: str) -> str:
    return (
        f'<marker id="{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" '
        f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L10 5L0 10Z" fill="{colour}"/></marker>'
    )


def _text(text: str) -> str:
    return escape(printable(text, 400))
