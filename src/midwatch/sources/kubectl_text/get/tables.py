"""Tables as k8s.io/cli-runtime/pkg/printers prints them: upper-case headers, columns at least three blanks apart.

Cells may hold single blanks (`3 (5m ago)`) or be empty, so a row is cut at the header's positions. Where it
does not fit them (`--watch` prints rows that outgrow the header) it is cut at runs of blanks instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

_CELL = re.compile(r"\S+(?: \S+)*")
_GAP = re.compile(r" {2,}|\t+")
_FIRST = re.compile(r"(?:NAMESPACE|NAME|LAST SEEN)(?: {2,}|\t|$)")


class Row(NamedTuple):
    """One printed object: its cells by header, and its line, counted from 1."""

    cells: Mapping[str, str]
    number: int

    def __call__(self, header: str) -> str:
        return self.cells.get(header, "")


class Table(NamedTuple):
    """One table. `odd` holds the lines that do not fit it, with their numbers."""

    header: tuple[str, ...]
    rows: list[Row]
    odd: list[tuple[int, str]]


def is_header(line: str) -> bool:
    """Whether a line is the head of a table: NAME, NAMESPACE or LAST SEEN first, and nothing in lower case."""
    return bool(_FIRST.match(line)) and line == line.upper()


def read(header: str, lines: Sequence[tuple[int, str]]) -> Table:
    """The table under a header line."""
    spans = [(match.start(), match[0]) for match in _CELL.finditer(header)]
    starts, names = [start for start, _ in spans], tuple(name for _, name in spans)
    table = Table(names, [], [])
    for number, line in lines:
        cells = _at(line, starts) or _between_gaps(line, names)
        if cells is None:
            table.odd.append((number, line))
        else:
            table.rows.append(Row(dict(zip(names, cells, strict=True)), number))
    return table


def read_bare(columns: Sequence[str], lines: Sequence[tuple[int, str]]) -> Table:
    """A table printed with --no-headers, whose columns are known from its kind; a row may lack the last ones."""
    table = Table(tuple(columns), [], [])
    for number, line in lines:
        cells = _GAP.split(line.strip(), len(columns) - 1)
        table.rows.append(Row(dict(zip(columns, cells, strict=False)), number))
    return table


def _at(line: str, starts: Sequence[int]) -> list[str] | None:
    cells: list[str] = []
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        if start and line[start - 2 : start].strip():
            return None
        cells.append(line[start:end].strip())
    misfit = not cells[0] or any("  " in cell for cell in cells[:-1])
    return None if misfit else cells


def _between_gaps(line: str, names: tuple[str, ...]) -> list[str] | None:
    cells = _GAP.split(line.strip())
    if len(cells) > len(names) and names[-1] in ("MESSAGE", "LABELS"):
        cells = _GAP.split(line.strip(), len(names) - 1)
    return cells if len(cells) == len(names) else None
