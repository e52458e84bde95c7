"""The small tables inside a describe: conditions, rules, quotas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text.describe.sections import Handler, Section
from midwatch.sources.kubectl_text.parsed import Obj, Reader
from midwatch.sources.kubectl_text.times import stamp
from midwatch.sources.kubectl_text.values import put

_CELL = re.compile(r"\S+(?: \S+)*")
_GAP = re.compile(r" {2,}")
_RULE = re.compile(r"[ -]*-[ -]*")
_CONDITION_FIELDS = {
    "Type": "type",
    "Status": "status",
    "Reason": "reason",
    "Message": "message",
    "LastHeartbeatTime": "lastHeartbeatTime",
    "LastProbeTime": "lastProbeTime",
    "LastTransitionTime": "lastTransitionTime",
}


class Grid(NamedTuple):
    """A header and its rows, each as header -> cell."""

    header: tuple[str, ...]
    rows: list[dict[str, str]]


def grid(lines: Sequence[str]) -> Grid:
    """A header, an optional rule of dashes, and rows; a line of another indent continues the last cell above."""
    written = [line for line in lines if line.strip()]
    if not written:
        return Grid((), [])
    spans = [(match.start(), match[0]) for match in _CELL.finditer(written[0])]
    starts, names = [start for start, _ in spans], tuple(name for _, name in spans)
    rows: list[dict[str, str]] = []
    for line in written[1:]:
        if _RULE.fullmatch(line):
            continue
        cells = _cells(line, starts)
        if cells:
            rows.append(dict(zip(names, cells, strict=False)))
        elif rows:
            rows[-1][names[-1]] = f"{rows[-1].get(names[-1], '')}\n{line.strip()}".strip()
    return Grid(names, rows)


def _cells(line: str, starts: Sequence[int]) -> list[str] | None:
    indent = starts[0]
    if line[:indent].strip() or line[indent : indent + 1].isspace():
        return None
    if any(line[start - 2 : start].strip() for start in starts[1:]):
        cells = _GAP.split(line.strip(), len(starts) - 1)
        return cells if len(cells) == len(starts) else None
    return [line[a:b].strip() for a, b in zip(starts, [*starts[1:], None], strict=True)]


def conditions(path: str = "status.conditions") -> Handler:
    """A table of conditions, with whatever columns the kind prints."""

    def handle(section: Section, obj: Obj, _reader: Reader) -> None:
        found: list[JSON] = [_condition(row) for row in grid(section.body).rows]
        put(obj, path, found)

    return handle


def _condition(row: dict[str, str]) -> Obj:
    made: Obj = {}
    for header, cell in row.items():
        field = _CONDITION_FIELDS.get(header)
        value = stamp(cell) if header.endswith("Time") else cell
        if field and value:
            made[field] = value
    return made
