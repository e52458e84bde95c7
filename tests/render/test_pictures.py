"""The picture in each of its forms."""

from __future__ import annotations

import re
import struct
import xml.etree.ElementTree as ET

import pytest

from midwatch.errors import MissingExtra
from midwatch.render import png as png_module
from midwatch.render._labels import place_labels
from midwatch.render._layout import lay_out
from midwatch.render._style import DARK
from midwatch.render.dot import dot
from midwatch.render.picture import Picture, PictureEdge, PictureNode, State, connected, printable
from midwatch.render.png import png
from midwatch.render.svg import svg
from midwatch.render.text import text

PICTURE = Picture(
    "Deployment shop/cart and what is up to 2 steps away",
    (
        PictureNode("i", "Ingress", "shop"),
        PictureNode("s", "Service", "cart", State.ERROR, "no ready pods", on_path=True),
        PictureNode("d", "Deployment", "cart", State.ERROR, "0/2 ready", focus=True, on_path=True),
        PictureNode("p", "Pod", "cart-1-…", State.WARN, "pending", count=12),
        PictureNode("c", "ConfigMap", "settings", State.MISSING, "missing", on_path=True),
        PictureNode("h", "HorizontalPodAutoscaler", "cart"),
    ),
    (
        PictureEdge("i", "s", "routes-to"),
        PictureEdge("s", "d", "selects", on_path=True),
        PictureEdge("d", "p", "owns"),
        PictureEdge("d", "c", "mounts", on_path=True),
        PictureEdge("h", "d", "scales"),
        PictureEdge("d", "d", "itself"),
        PictureEdge("d", "unknown", "nowhere"),
    ),
    ("3 objects are not drawn",),
)
HOSTILE = Picture(
    'a"]; x [label="<script>',
    (
        PictureNode("a", "Pod", '"><script>alert(1)</script>&\\N{x|y}\x1b[31m\u202e'),
        PictureNode("b", "Pod", "[red]x[/red]\\", detail="]]>"),
    ),
    (PictureEdge("a", "b", '"<&>\\'),),
    ("[bold]note[/]\x07",),
)


def test_the_tree_starts_at_the_focus_and_goes_both_ways() -> None:
    assert text(PICTURE) == (
        "Deployment shop/cart and what is up to 2 steps away\n"
        "✖ Deployment cart  0/2 ready\n"
        "├─ ← selects ✖ Service cart  no ready pods\n"
        "│  └─ ← routes-to ● Ingress shop\n"
        "├─ ← scales ● HorizontalPodAutoscaler cart\n"
        "├─ → owns ▲ Pod × 12 cart-1-…  pending\n"
        "└─ → mounts ∅ ConfigMap settings  missing\n"
        "3 objects are not drawn\n"
    )


def test_shared_branches_and_cycles_are_told_once() -> None:
    nodes = tuple(PictureNode(each, "Pod", each) for each in "abc")
    edges = tuple(PictureEdge(one, other) for one, other in ("ab", "bc", "ca", "ac"))
    shown = text(Picture("t", nodes, edges))
    assert shown.count("Pod c") == 2
    assert shown.count("(see above)") == 2


def test_a_deep_tree_needs_no_deep_stack() -> None:
    nodes = tuple(PictureNode(str(each), "Pod", str(each)) for each in range(3000))
    edges = tuple(PictureEdge(str(each), str(each + 1)) for each in range(2999))
    assert "Pod 2999" in text(Picture("t", nodes, edges))


def test_markup_is_escaped_and_control_characters_are_gone() -> None:
    shown = text(HOSTILE, markup=True)
    assert "\\[red]x\\[/red]" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\x07" not in text(HOSTILE)


def test_dot_survives_hostile_names() -> None:
    shown = dot(HOSTILE)
    assert shown.count("\n") == 9
    for line in shown.splitlines():
        assert len(re.findall(r'(?<!\\)(?:\\\\)*"', line)) % 2 == 0
    assert "\x1b" not in shown


def test_svg_is_xml_without_foreign_elements() -> None:
    for theme_svg in (svg(HOSTILE), svg(HOSTILE, DARK), svg(PICTURE)):
        root = ET.fromstring(theme_svg)
        tags = {each.tag.rpartition("}")[2] for each in root.iter()}
        assert tags <= {"svg", "title", "defs", "marker", "path", "rect", "circle", "text", "g"}


def test_svg_shows_path_states_legend_and_notes() -> None:
    shown = svg(PICTURE)
    assert shown.count('marker-end="url(#arrow-path)"') == 2
    for words in ("Pod × 12", "0/2 ready", "does not exist", "path of the fault", "3 objects are not drawn"):
        assert f">{words}</text>" in shown
    assert ">unknown<" not in shown


def test_labels_of_edges_never_cover_boxes_or_each_other() -> None:
    edges = connected(PICTURE)
    sizes = {each.id: (150.0, 46.0) for each in PICTURE.nodes}
    layout = lay_out(sizes, [(each.source, each.target) for each in edges])
    labels = place_labels(edges, layout, sizes)
    assert {each.text for each in labels if each.on_path} == {"selects", "mounts"}
    for label in labels:
        for name, (x, y) in layout.boxes.items():
            assert not (x < label.x < x + sizes[name][0] and y < label.y < y + sizes[name][1])
    assert len({(each.x, each.y) for each in labels}) == len(labels)


def test_png_has_the_size_of_the_svg_and_shows_its_text() -> None:
    document = svg(PICTURE)
    image = png(document)
    assert image.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", image[16:24])
    wanted = re.search(r'width="([0-9.]+)" height="([0-9.]+)"', document)
    assert wanted is not None
    assert abs(width - 2 * float(wanted[1])) <= 2
    assert abs(height - 2 * float(wanted[2])) <= 2
    silent = re.sub(r"<text.*?</text>", "", document)
    assert len(image) > 1.5 * len(png(silent))


def test_a_huge_picture_is_scaled_down_instead_of_failing() -> None:
    document = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="40000" height="100"><rect width="9" height="9"/></svg>'
    )
    width, _ = struct.unpack(">II", png(document)[16:24])
    assert width == 12_000


def test_without_any_typeface_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    png_module.find_face.cache_clear()
    monkeypatch.setattr(png_module, "_packaged", lambda: None)
    monkeypatch.setattr(png_module, "_installed", lambda: None)
    with pytest.raises(MissingExtra, match="typeface"):
        png(svg(PICTURE))
    png_module.find_face.cache_clear()


def test_printable_cuts_and_cleans() -> None:
    assert printable("a\x00b\u200bc") == "a\ufffdb\ufffdc"
    assert printable("x" * 300, 10) == "x" * 9 + "…"


def test_empty_pictures_can_be_drawn() -> None:
    empty = Picture("Nothing", (), ())
    ET.fromstring(svg(empty))
    assert text(empty) == "Nothing\n"
    assert dot(empty).startswith("digraph")
