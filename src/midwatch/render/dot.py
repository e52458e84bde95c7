"""A picture in the DOT language of Graphviz."""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.render._style import LIGHT, Family, family_of
from midwatch.render.picture import Picture, PictureEdge, PictureNode, State, connected, printable

_SHAPES = {
    Family.NETWORK: "box",
    Family.CONFIG: "note",
    Family.STORAGE: "cylinder",
    Family.NODE: "octagon",
    Family.ACCESS: "hexagon",
    Family.POLICY: "parallelogram",
}
_ROUNDED = frozenset({Family.NETWORK, Family.WORKLOAD, Family.POD, Family.OTHER})


def dot(picture: Picture) -> str:
    """A digraph; `dot -Tsvg` draws it."""
    return "\n".join(_lines(picture)) + "\n"


def _lines(picture: Picture) -> Iterator[str]:
    label = "\n".join((picture.title, *picture.notes))
    yield "digraph midwatch {"
    yield "  rankdir=LR;"
    yield f"  label={_quoted(label)}; labelloc=t; labeljust=l;"
    yield '  node [fontname="sans-serif", fontsize=11, style=filled, fillcolor=white];'
    yield '  edge [fontname="sans-serif", fontsize=9, color="#98a2b3", fontcolor="#667085"];'
    names = {each.id: f"n{at}" for at, each in enumerate(picture.nodes)}
    for node in picture.nodes:
        yield f"  {names[node.id]} [{_node(node)}];"
    for edge in connected(picture):
        yield f"  {names[edge.source]} -> {names[edge.target]} [{_edge(edge)}];"
    yield "}"


def _node(node: PictureNode) -> str:
    family = family_of(node.kind)
    styles = ["filled"] + (["rounded"] if family in _ROUNDED else [])
    styles += ["dashed"] if node.state in (State.MISSING, State.UNKNOWN) else []
    kind = f"{node.kind} × {node.count}" if node.count > 1 else node.kind
    attributes = {
        "label": "\n".join(each for each in (kind, node.label, node.detail) if each),
        "shape": _SHAPES.get(family, "box"),
        "style": ",".join(styles),
        "color": LIGHT.strokes.get(node.state, LIGHT.families[family]),
        "fillcolor": LIGHT.fills.get(node.state, LIGHT.fill),
        "penwidth": "2.6" if node.on_path or node.state in (State.ERROR, State.MISSING) else "1.2",
        "peripheries": "2" if node.focus else "1",
    }
    return ", ".join(f"{key}={_quoted(value)}" for key, value in attributes.items())


def _edge(edge: PictureEdge) -> str:
    strong = f', color="{LIGHT.path}", fontcolor="{LIGHT.path}", penwidth=3' if edge.on_path else ""
    return f"label={_quoted(edge.label)}{strong}"


def _quoted(text: str) -> str:
    """A quoted string in which nothing is special: no escapes such as `\\N`, no HTML, no end of quotes."""
    lines = (printable(each, 400).replace("\\", "\\\\").replace('"', '\\"') for each in text.split("\n"))
    return '"' + "\\n".join(lines) + '"'
