"""Tables as aligned text or as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, markdown: bool) -> Iterator[str]:
    """The lines of a table; every row has as many cells as the head."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for index, row in enumerate((head, *rows)):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        yield f"| {' | '.join(cells)} |" if markdown else "  ".join(cells).rstrip()
        if index == 0:
            yield _rule(widths, markdown)


def _rule(widths: Sequence[int], markdown: bool) -> str:
    if markdown:
        return "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "-" * (sum(widths) + 2 * len(widths) - 2)
