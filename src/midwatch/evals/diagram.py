"""A reliability diagram as SVG: accuracy over confidence with its 95 % interval, the ideal as a diagonal, and how
many answers each point stands for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from midwatch.evals.calibration import BINS, Bin, Calibration

_WIDTH, _HEIGHT = 640, 548
_LEFT, _TOP, _SIDE = 76, 64, 340
_RIGHT = _LEFT + 520
_SPAN = _RIGHT - _LEFT
_FLOOR = _TOP + _SIDE
_BARS_TOP, _BARS_FLOOR = _FLOOR + 34, _FLOOR + 100
_INK, _FAINT, _GRID, _PAPER = "#1b2430", "#667085", "#e4e7ec", "#ffffff"
_COLOURS = ("#2563eb", "#c2410c", "#0f766e", "#7c3aed")
_FONTS = "Inter, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"


def diagram(found: Sequence[Calibration]) -> str:
    """A self-contained document on its own light background."""
    body = [*_grid(), *_legend(found), *_bars(found)]
    for index, each in enumerate(found):
        body += _curve(each, _COLOURS[index % len(_COLOURS)])
    return "\n".join((*_head(), *body, "</svg>", ""))


def _head() -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" font-family="{_FONTS}">'
    )
    yield "<title>Reliability of stated confidence</title>"
    yield f'<rect width="{_WIDTH}" height="{_HEIGHT}" rx="10" fill="{_PAPER}"/>'
    yield _text(_LEFT, 30, "Reliability of stated confidence", size=15, weight=600, colour=_INK)


def _grid() -> Iterator[str]:
    for tick in range(0, 11, 2):
        share = tick / 10
        yield _line(_x(share), _TOP, _x(share), _FLOOR, _GRID)
        yield _line(_LEFT, _y(share), _RIGHT, _y(share), _GRID)
        yield _text(_x(share), _FLOOR + 18, f"{share:.1f}", anchor="middle")
        yield _text(_LEFT - 10, _y(share) + 4, f"{share:.0%}", anchor="end")
    yield _line(_LEFT, _FLOOR, _RIGHT, _TOP, _FAINT, dash="5 5")
    yield _text(_x(0.06), _y(0.06) - 12, "as right as it says", size=11, turn=-_slope())
    yield _line(_LEFT, _FLOOR, _RIGHT, _FLOOR, _FAINT)
    yield _line(_LEFT, _TOP, _LEFT, _FLOOR, _FAINT)
    middle = (_TOP + _FLOOR) / 2
    yield _text(_LEFT - 56, middle, "first answers that are right", anchor="middle", turn=-90, size=12)
    yield _text((_LEFT + _RIGHT) / 2, _BARS_FLOOR + 28, "stated confidence", anchor="middle", size=12)


def _slope() -> float:
    """Degrees of the diagonal, nearly: the plot is wider than high."""
    return 33.2


def _legend(found: Sequence[Calibration]) -> Iterator[str]:
    x = float(_LEFT)
    for index, each in enumerate(found):
        words = f"{each.suite} ({each.answers} answers, error {each.error:.3f})"
        yield f'<circle cx="{x + 5:g}" cy="46" r="5" fill="{_COLOURS[index % len(_COLOURS)]}"/>'
        yield _text(x + 16, 50, words)
        x += 34 + 6.2 * len(words)


def _curve(found: Calibration, colour: str) -> Iterator[str]:
    points = " ".join(f"{_x(each.confidence):.1f},{_y(each.accuracy):.1f}" for each in found.bins)
    yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.6" opacity="0.55"/>'
    for each in found.bins:
        low, high = _interval(each)
        x = _x(each.confidence)
        yield f'<path d="M{x:.1f} {_y(low):.1f}V{_y(high):.1f}" stroke="{colour}" opacity="0.45"/>'
        told = f"{each.count} answers of confidence {each.confidence:.2f}: {each.accuracy:.0%} right"
        yield (
            f'<circle cx="{x:.1f}" cy="{_y(each.accuracy):.1f}" r="{_radius(each):.1f}" '
            f'fill="{colour}" fill-opacity="0.8" stroke="{_PAPER}"><title>{escape(told)}</title></circle>'
        )


def _interval(found: Bin) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson, 1927): few answers say little."""
    z, share, count = 1.96, found.accuracy, found.count
    spread = z * (share * (1 - share) / count + z * z / (4 * count * count)) ** 0.5
    middle, scale = share + z * z / (2 * count), 1 + z * z / count
    return (middle - spread) / scale, (middle + spread) / scale


def _radius(found: Bin) -> float:
    """Its area grows with the count, within what can be seen and does not hide others."""
    return min(12.0, 3.0 + found.count**0.5 * 0.55)


def _bars(found: Sequence[Calibration]) -> Iterator[str]:
    """How many answers each bin of each suite holds, as shares of the suite's fullest bin."""
    yield _text(_LEFT - 10, _BARS_TOP + 12, "answers", anchor="end", size=11)
    yield _line(_LEFT, _BARS_FLOOR, _RIGHT, _BARS_FLOOR, _FAINT)
    slot = _SPAN / BINS
    width = (slot - 8) / max(1, len(found))
    for index, each in enumerate(found):
        most = max((one.count for one in each.bins), default=1)
        for one in each.bins:
            x = _x(one.low) + 4 + index * width
            height = max(1.5, (_BARS_FLOOR - _BARS_TOP - 14) * one.count / most)
            yield (
                f'<rect x="{x:.1f}" y="{_BARS_FLOOR - height:.1f}" width="{width - 2:.1f}" height="{height:.1f}" '
                f'fill="{_COLOURS[index % len(_COLOURS)]}" fill-opacity="0.75"/>'
            )
            yield _text(x + width / 2 - 1, _BARS_FLOOR - height - 3, str(one.count), anchor="middle", size=10)


def _x(confidence: float) -> float:
    return _LEFT + confidence * _SPAN


def _y(accuracy: float) -> float:
    return _FLOOR - accuracy * _SIDE


def _line(x: float, y: float, to_x: float, to_y: float, colour: str, dash: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="M{x:g} {y:g}L{to_x:g} {to_y:g}" stroke="{colour}"{dashes}/>'


def _text(
    x: float,
    y: float,
    words: str,
    *,
    size: int = 11,
    anchor: str = "start",
    weight: int = 400,
    colour: str = _FAINT,
    turn: float = 0,
) -> str:
    turned = f' transform="rotate({turn:g} {x:g} {y:g})"' if turn else ""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" '
        f'fill="{colour}"{turned}>{escape(words)}</text>'
    )
