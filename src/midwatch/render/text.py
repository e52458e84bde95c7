"""A picture as a tree for terminals, plain or with the markup of rich."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.markup import escape

from midwatch.render._style import SYMBOLS
from midwatch.render.picture import Picture, PictureEdge, PictureNode, State, connected, printable

_COLOURS = {
    State.OK: "green",
    State.UNKNOWN: "dim",
    State.WARN: "yellow",
    State.ERROR: "red",
    State.MISSING: "red",
}
_FORTH, _BACK = "→", "←"


@dataclass(frozen=True, slots=True)
class _Style:
    """How text is shown: with the markup of rich, or plain."""

    markup: bool

    def __call__(self, shown: str, style: str = "") -> str:
        clean = printable(shown, 400)
        if not self.markup:
            return clean
        return f"[{style}]{escape(clean)}[/]" if style else escape(clean)


@dataclass(frozen=True, slots=True)
class _Tree:
    """One direction of the edges: its `arrow`, and the edges of each node with the node at their other end."""

    arrow: str
    branches: Mapping[str, Sequence[tuple[PictureEdge, PictureNode]]]


def text(picture: Picture, *, markup: bool = False) -> str:
    """The tree: from the focus in both directions, else from every node that nothing points to."""
    return "\n".join(_lines(picture, _Style(markup))) + "\n"


def _lines(picture: Picture, style: _Style) -> Iterator[str]:
    forth, back = _trees(picture)
    yield style(picture.title, "bold")
    seen: set[str] = set()
    for root in [each for each in picture.nodes if each.focus]:
        yield from _root(root, (back, forth), style, seen)
    for root in _roots(picture, forth, seen):
        yield from _root(root, (forth,), style, seen)
    yield from (style(each, "italic") for each in picture.notes)


def _trees(picture: Picture) -> tuple[_Tree, _Tree]:
    nodes = {each.id: each for each in picture.nodes}
    forth: defaultdict[str, list[tuple[PictureEdge, PictureNode]]] = defaultdict(list)
    back: defaultdict[str, list[tuple[PictureEdge, PictureNode]]] = defaultdict(list)
    for edge in connected(picture):
        forth[edge.source].append((edge, nodes[edge.target]))
        back[edge.target].append((edge, nodes[edge.source]))
    return _Tree(_FORTH, forth), _Tree(_BACK, back)


def _roots(picture: Picture, forth: _Tree, seen: set[str]) -> Iterator[PictureNode]:
    """Unseen nodes that nothing points to, then (in cycles) whatever is still unseen; read while `seen` grows."""
    entered = {node.id for branches in forth.branches.values() for _, node in branches}
    for node in sorted(picture.nodes, key=lambda each: each.id in entered):
        if node.id not in seen:
            yield node


def _root(root: PictureNode, trees: Sequence[_Tree], style: _Style, seen: set[str]) -> Iterator[str]:
    yield _node(root, style)
    seen.add(root.id)
    shown = [tree for tree in trees if tree.branches.get(root.id)]
    for tree in shown:
        yield from _below(root, tree, style, seen, "", last=tree is shown[-1])


def _below(
    root: PictureNode, tree: _Tree, style: _Style, seen: set[str], indent: str, *, last: bool
) -> Iterator[str]:
    """Everything below a node, depth first with a stack of its own: trees may be deep."""
    stack = [(indent, edge, node, final) for edge, node, final in _children(root, tree, last=last)]
    while stack:
        indent, edge, node, final = stack.pop()
        known = node.id in seen
        seen.add(node.id)
        word = style(f"{tree.arrow} {edge.label}".rstrip(), "bold red" if edge.on_path else "dim")
        again = " " + style("(see above)", "dim") if known and tree.branches.get(node.id) else ""
        yield f"{indent}{'└─' if final else '├─'} {word} {_node(node, style)}{again}"
        if not known:
            deeper = indent + ("   " if final else "│  ")
            stack += [(deeper, *each) for each in _children(node, tree, last=True)]


def _children(node: PictureNode, tree: _Tree, *, last: bool) -> list[tuple[PictureEdge, PictureNode, bool]]:
    """Branches in reverse, as a stack wants them; the final one is marked when nothing follows them."""
    branches = tree.branches.get(node.id, ())
    marked = [(edge, each, last and at == len(branches) - 1) for at, (edge, each) in enumerate(branches)]
    return marked[::-1]


def _node(node: PictureNode, style: _Style) -> str:
    colour = _COLOURS[node.state]
    times = f" × {node.count}" if node.count > 1 else ""
    name = style(node.label, "bold" if node.focus or node.on_path else "")
    detail = f"  {style(node.detail, colour)}" if node.detail else ""
    return f"{style(SYMBOLS[node.state], colour)} {style(node.kind + times)} {name}{detail}"
