"""Outlines of boxes as SVG paths, and how wide text is."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from midwatch.render._layout import Point
from midwatch.render._style import Family

_NARROW = frozenset("fijlrtI.,:;|!'`()[]/ -")
_WIDE = frozenset("mwMW@%—…")


def text_width(text: str, size: float) -> float:
    """Width of text in pixels, estimated for a wide sans-serif face so that narrower ones fit as well."""
    return size * sum(_em(each) for each in text)


def _em(character: str) -> float:
    if character in _NARROW:
        return 0.42
    if character in _WIDE:
        return 1.0
    if unicodedata.east_asian_width(character) in ("W", "F"):
        return 1.05
    return 0.73 if character.isupper() else 0.64


def shorten(text: str, size: float, width: float) -> str:
    """Text cut in its middle so that it fits: the ends of generated names tell them apart."""
    if text_width(text, size) <= width:
        return text
    keep = len(text) - 1
    while keep > 2:
        keep -= 1
        cut = f"{text[: keep - keep // 2]}…{text[len(text) - keep // 2 :]}"
        if text_width(cut, size) <= width:
            return cut
    return text[:1] + "…"


def outline(family: Family, x: float, y: float, width: float, height: float, scale: float = 1.0) -> str:
    """The path of a box of a family; `scale` shrinks corners and folds for small samples."""
    match family:
        case Family.NETWORK:
            return _rounded(x, y, width, height, height / 2)
        case Family.POD:
            return _rounded(x, y, width, height, 13 * scale)
        case Family.CONFIG:
            return _folded(x, y, width, height, 11 * scale)
        case Family.STORAGE:
            return _cylinder(x, y, width, height, 5 * scale)
        case Family.NODE:
            return _polygon(_cut(x, y, width, height, 9 * scale))
        case Family.ACCESS:
            return _polygon(_hexagon(x, y, width, height, 12 * scale))
        case Family.POLICY:
            return _polygon(_slanted(x, y, width, height, 10 * scale))
        case _:
            return _rounded(x, y, width, height, 4 * scale)


def number(value: float) -> str:
    """A coordinate with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")


def _rounded(x: float, y: float, w: float, h: float, r: float) -> str:
    radius = number(r)
    arc = f"a{radius} {radius} 0 0 1"
    return (
        f"M{number(x + r)} {number(y)}H{number(x + w - r)}{arc} {radius} {radius}V{number(y + h - r)}"
        f"{arc} -{radius} {radius}H{number(x + r)}{arc} -{radius} -{radius}"
        f"V{number(y + r)}{arc} {radius} -{radius}Z"
    )


def _polygon(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points) + "Z"


def _folded(x: float, y: float, w: float, h: float, by: float) -> str:
    sheet = _polygon([(x, y), (x + w - by, y), (x + w, y + by), (x + w, y + h), (x, y + h)])
    return f"{sheet}M{number(x + w - by)} {number(y)}V{number(y + by)}H{number(x + w)}"


def _cut(x: float, y: float, w: float, h: float, by: float) -> list[Point]:
    right, bottom = x + w, y + h
    return [
        (x + by, y), (right - by, y), (right, y + by), (right, bottom - by),
        (right - by, bottom), (x + by, bottom), (x, bottom - by), (x, y + by),
    ]  # fmt: skip


def _hexagon(x: float, y: float, w: float, h: float, by: float) -> list[Point]:
    middle = y + h / 2
    return [(x + by, y), (x + w - by, y), (x + w, middle), (x + w - by, y + h), (x + by, y + h), (x, middle)]


def _slanted(x: float, y: float, w: float, h: float, by: float) -> list[Point]:
    return [(x + by, y), (x + w, y), (x + w - by, y + h), (x, y + h)]


def _cylinder(x: float, y: float, w: float, h: float, lid: float) -> str:
    arc = f"A{number(w / 2)} {number(lid)} 0 0"
    left, right, top, bottom = number(x), number(x + w), number(y + lid), number(y + h - lid)
    return f"M{left} {top}{arc} 1 {right} {top}V{bottom}{arc} 1 {left} {bottom}ZM{left} {top}{arc} 0 {right} {top}"
