"""SVG to PNG by resvg, with a typeface that is really there: resvg leaves out text it has no face for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import NamedTuple, Protocol, cast

from midwatch.errors import MissingExtra

_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("/usr/share/texmf/fonts"),
    Path("/run/current-system/sw/share/X11/fonts"),
    Path("/System/Library/Fonts"),
    Path("/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)
_FACES = {
    "Inter-Regular": ("Inter", "Inter-Bold"),
    "Roboto-Regular": ("Roboto", "Roboto-Bold"),
    "NotoSans-Regular": ("Noto Sans", "NotoSans-Bold"),
    "LiberationSans-Regular": ("Liberation Sans", "LiberationSans-Bold"),
    "OpenSans-Regular": ("Open Sans", "OpenSans-Bold"),
    "Lato-Regular": ("Lato", "Lato-Bold"),
    "Arimo-Regular": ("Arimo", "Arimo-Bold"),
    "segoeui": ("Segoe UI", "segoeuib"),
    "Arial": ("Arial", "Arial Bold"),
    "arial": ("Arial", "arialbd"),
    "Helvetica": ("Helvetica", ""),
    "DejaVuSans": ("DejaVu Sans", "DejaVuSans-Bold"),
    "FreeSans": ("FreeSans", "FreeSansBold"),
}
"""File name of the regular face, the family it belongs to, and file name of the bold face."""
_MAX_FILES = 20_000
_MAX_PIXELS = 12_000
_SIDES = re.compile(r'(?:width|height)="([0-9.]{1,12})"')


class Face(NamedTuple):
    """A family and the files to load it from."""

    family: str
    files: tuple[str, ...]


class _Resvg(Protocol):
    def svg_to_bytes(
        self,
        *,
        svg_string: str,
        zoom: float,
        font_files: list[str],
        font_family: str,
        sans_serif_family: str,
        skip_system_fonts: bool,
    ) -> bytes: ...


def png(document: str, zoom: float = 2.0) -> bytes:
    """An SVG document as PNG. Raises `MissingExtra` where the renderer or any typeface is missing."""
    resvg = _resvg()
    face = find_face()
    return bytes(
        resvg.svg_to_bytes(
            svg_string=document,
            zoom=_bounded(document, zoom),
            font_files=list(face.files),
            font_family=face.family,
            sans_serif_family=face.family,
            skip_system_fonts=False,
        )
    )


@cache
def find_face() -> Face:
    """A typeface for all text: Roboto of the package `fontpkg-roboto`, else a known one of the system."""
    face = _packaged() or _installed()
    if face is None:
        raise MissingExtra(
            "png", "Drawing text into a PNG (no usable typeface was found on this system; SVG needs none)"
        )
    return face


def _resvg() -> _Resvg:
    if find_spec("resvg_py") is None:
        raise MissingExtra("png", "Drawing a PNG (SVG needs nothing)")
    return cast("_Resvg", import_module("resvg_py"))


def _packaged() -> Face | None:
    spec = find_spec("fontpkg_roboto")
    folders = spec.submodule_search_locations if spec is not None else None
    files = [str(each) for folder in folders or () for each in sorted(Path(folder).rglob("Roboto*.ttf"))]
    return Face("Roboto", tuple(files)) if files else None


def _installed() -> Face | None:
    """The first known typeface, by the order of the table, with the bold one that lies beside it."""
    found: dict[str, Path] = {}
    for path in _font_files():
        found.setdefault(path.stem, path)
    for stem, (family, bold) in _FACES.items():
        if stem in found:
            files = [found[stem], *([found[bold]] if bold in found else [])]
            return Face(family, tuple(str(each) for each in files))
    return None


def _font_files() -> Iterator[Path]:
    every = (each for folder in _FOLDERS if folder.is_dir() for each in folder.rglob("*.[to]t[fc]"))
    return islice(every, _MAX_FILES)


def _bounded(document: str, zoom: float) -> float:
    """A zoom that keeps either side of the image below what viewers and memory bear."""
    sides = [float(each) for each in _SIDES.findall(document[:400])]
    longest = max(sides, default=1.0)
    return min(zoom, _MAX_PIXELS / longest)
