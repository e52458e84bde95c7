"""The text of `kubectl get`: one table or several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from midwatch.sources.kubectl_text import kinds
from midwatch.sources.kubectl_text.get.happenings import happening
from midwatch.sources.kubectl_text.get.layouts import FILLS, bare_columns, is_event, kind_of
from midwatch.sources.kubectl_text.get.rows import start
from midwatch.sources.kubectl_text.get.tables import Row, Table, is_header, read, read_bare
from midwatch.sources.kubectl_text.parsed import Obj, Parsed, Reader
from midwatch.sources.kubectl_text.values import put

Numbered = tuple[int, str]

_PREFIXED = re.compile(r"([a-z][a-z0-9]*(?:\.[a-z0-9.-]+)?)/(\S+)")
_NOTHING = re.compile(r"No resources found")
_COMPLAINT = re.compile(r"(?:Error from server|error:|The connection to the server|Unable to connect)")
_ASIDE = re.compile(r"Warning: ")


def parse_get(
    text: str, *, now: datetime, kind: str | None = None, namespace: str | None = None, first_line: int = 1
) -> Parsed:
    """The objects in the output of `kubectl get`.

    `kind` is the resource as it was asked for (`pods`, `deploy`); without it the headers tell. `namespace` is
    where it was asked, for tables without a NAMESPACE column. `now` is when it was printed: ages count back
    from it. `first_line` is the number of the text's first line in whatever the text is a part of.
    """
    reader = Reader(now, namespace)
    asked = kinds.find(kind) if kind and kind != "all" else None
    objects: list[Obj] = []
    for header, lines in _tables(text, first_line, reader):
        objects += _objects(header, lines, asked, reader)
    return Parsed(tuple(objects), tuple(reader.skipped))


def _tables(text: str, first: int, reader: Reader) -> list[tuple[str, list[Numbered]]]:
    """Each header line with its rows; rows before any header come under an empty one."""
    found: list[tuple[str, list[Numbered]]] = [("", [])]
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), first):
        line = line.rstrip()
        if not line or _NOTHING.match(line) or _ASIDE.match(line):
            continue
        if is_header(line):
            found.append((line, []))
        elif _COMPLAINT.match(line):
            reader.skip(f"kubectl failed: {line[:200]}", f"line {number}")
        else:
            found[-1][1].append((number, line))
    return [table for table in found if table[1]]


def _objects(header: str, lines: Sequence[Numbered], asked: kinds.Kind | None, reader: Reader) -> list[Obj]:
    table = read(header, lines) if header else _headless(lines, asked)
    if table is None:
        for number, line in lines:
            reader.odd(number, line)
        return []
    for number, line in table.odd:
        reader.odd(number, line)
    told = kind_of(table.header)
    kind = _choose(asked, told)
    made = [_object(row, kind, reader) for row in table.rows]
    return [obj for obj in made if obj is not None]


def _headless(lines: Sequence[Numbered], asked: kinds.Kind | None) -> Table | None:
    if all(is_event(line) for _, line in lines):
        return read_bare(bare_columns("Event") or (), lines)
    columns = bare_columns(asked.kind) if asked else None
    if columns is None and asked:
        columns = ("NAME",)
    return read_bare(columns, lines) if columns else None


def _choose(asked: kinds.Kind | None, told: str | None) -> kinds.Kind | None:
    """What was asked for, unless the header belongs to another kind that the printers know."""
    if asked and (told is None or told == asked.kind or asked.kind not in FILLS or (told, asked.kind) in _ALIKE):
        return asked
    return kinds.of(told) if told else asked


_ALIKE = frozenset(
    {
        ("ReplicaSet", "ReplicationController"),
        ("RoleBinding", "ClusterRoleBinding"),
        ("Service", "Endpoints"),
    }
)


def _object(row: Row, kind: kinds.Kind | None, reader: Reader) -> Obj | None:
    if kind and kind.kind == "Event":
        made = happening(row, reader)
        if made is None:
            reader.skip("an event that names no object", f"line {row.number}")
        return made
    prefixed = _PREFIXED.fullmatch(row("NAME"))
    if prefixed:
        kind = kinds.find(prefixed[1])
    if kind is None:
        reader.skip(f"cannot tell of which kind {row('NAME')!r} is: name the resource", f"line {row.number}")
        return None
    return _filled(row, kind, prefixed[2] if prefixed else row("NAME"), reader)


def _filled(row: Row, kind: kinds.Kind, name: str, reader: Reader) -> Obj:
    made = start(row, kind, reader)
    put(made, "metadata.name", name)
    fill = FILLS.get(kind.kind)
    if fill:
        fill(row, made, reader)
    return made
