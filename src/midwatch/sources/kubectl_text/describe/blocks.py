"""Where one described object ends and the next begins.

An object begins at `Name:` followed by another field that printers write at the head. kubectl parts objects
by two blank lines; a paste may have lost them. The data of config maps may hold anything, object heads
included, so nothing begins inside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_NAME = re.compile(r"Name: +\S")
_SECOND = re.compile(
    r"(?:Namespace|Labels|Annotations|Roles|IsDefaultClass|Provisioner|Value|DriverName|API Version|Selector):"
)
_BORDER = "===="
_TAIL = ("Events:", "No events.", "Policy Types:", "  Policy Types:")


def starts(lines: Sequence[str]) -> list[int]:
    """The places of the lines at which objects begin."""
    heads = [at for at, line in enumerate(lines) if line.startswith("Name:") and _is_head(lines, at)]
    if not heads:
        return []
    inside = data(lines)
    return [at for at in heads if not any(start <= at < end for start, end in inside)]


def data(lines: Sequence[str]) -> list[tuple[int, int]]:
    """The spans of config maps' data: from its border to the title of the binary data, or to the events."""
    opened = [at for at in range(1, len(lines)) if _bordered(lines, at, "Data") and not _is_secret(lines, at)]
    closed = [at - 1 for at in range(1, len(lines)) if _bordered(lines, at, "BinaryData")]
    closed = closed or [at for at, line in enumerate(lines) if line.startswith("Events:")]
    spans: list[tuple[int, int]] = []
    for at in opened:
        if not spans or at >= spans[-1][1]:
            spans.append((at, next((end for end in closed if end > at), len(lines))))
    return spans


def _bordered(lines: Sequence[str], at: int, title: str) -> bool:
    return lines[at].rstrip() == _BORDER and lines[at - 1].rstrip() == title


def _is_secret(lines: Sequence[str], at: int) -> bool:
    """A secret prints its type, between blank lines, right before its data."""
    return any(line.startswith("Type:") for line in lines[max(0, at - 4) : at])


def _is_head(lines: Sequence[str], at: int) -> bool:
    if not _NAME.match(lines[at]) or at + 1 == len(lines) or not _SECOND.match(lines[at + 1]):
        return False
    if at == 0 or not lines[at - 1].strip():
        return True
    above = next((line for line in reversed(lines[max(0, at - 400) : at]) if line[:1].strip()), "")
    return above.startswith(_TAIL) or not above
