"""The fields that every kind prints: names, labels, annotations, owner, events."""

from __future__ import annotations

import re

from midwatch.sources.kubectl_text import labels
from midwatch.sources.kubectl_text.describe.sections import Handler, Section, ignore, scalar
from midwatch.sources.kubectl_text.events import AGE_CELL, Happening, event
from midwatch.sources.kubectl_text.objects import owner
from midwatch.sources.kubectl_text.parsed import Obj, Reader
from midwatch.sources.kubectl_text.times import before, iso, stamp
from midwatch.sources.kubectl_text.values import bracketed, dig, put, text, word

_EVENT = re.compile(rf" {{2}}(\S*) +(\S*) {{2,}}({AGE_CELL}) {{2,}}(.*)")
_EVENT_HEAD = re.compile(r" {2}(?:Type +Reason +Age|(?:FirstSeen|----) )")
_GAP = re.compile(r" {2,}")
_LASTS = re.compile(r"Terminating(?: \(lasts (\S+)\))?")


def label_lines(path: str) -> Handler:
    """`key=value` a line."""

    def handle(section: Section, obj: Obj, _reader: Reader) -> None:
        found = labels.pairs(section.entries())
        if found:
            put(obj, path, found)

    return handle


def annotation_lines(path: str) -> Handler:
    """`key: value` a line, or `key:` and the value's lines below it; values past 140 characters end in `...`."""

    def handle(section: Section, obj: Obj, reader: Reader) -> None:
        found = _annotations(section, reader)
        if found:
            put(obj, path, found)

    return handle


def _annotations(section: Section, reader: Reader) -> Obj:
    found: dict[str, list[str]] = {}
    opened: str | None = None
    for place, line in enumerate([section.value, *section.body]):
        if opened and place and not line[: section.column + 2].strip():
            found[opened].append(line[section.column + 2 :].rstrip())
            continue
        key, separator, value = _annotation(line.strip())
        opened = key if separator == ":" else None
        if separator:
            found[key] = [] if opened else [value]
        elif text(line):
            reader.odd(section.number + place, line)
    return {key: "\n".join(lines) for key, lines in found.items()}


def _annotation(shown: str) -> tuple[str, str, str]:
    """Key, separator, value: `key: value`, a bare `key:` whose value follows below, or the old `key=value`."""
    if ": " not in shown and shown.endswith(":"):
        return shown[:-1], ":", ""
    return shown.partition(": " if ": " in shown else "=")


def _controlled_by(section: Section, obj: Obj, _reader: Reader) -> None:
    reference = owner(section.value)
    if reference:
        put(obj, "metadata.ownerReferences", [reference])


def phase(path: str = "status.phase") -> Handler:
    """`Bound`, or `Terminating (lasts 5m)`, which hides the phase and tells since when."""

    def handle(section: Section, obj: Obj, reader: Reader) -> None:
        doomed = _LASTS.fullmatch(section.value.strip())
        if doomed:
            since = before(reader.now, doomed[1] or "")
            put(obj, "metadata.deletionTimestamp", since or iso(reader.now))
        elif text(section.value):
            put(obj, path, section.value.strip())
        section.odd(reader)

    return handle


def events(section: Section, obj: Obj, reader: Reader) -> None:
    """The events of the described object (DescribeEvents)."""
    rows: list[Happening] = []
    column = -1
    for place, line in enumerate(section.body):
        match = _EVENT.match(line)
        if match:
            rows.append(_row(match, column))
        elif _EVENT_HEAD.match(line):
            column = line.find("Message") if "Message" in line else column
        elif rows:
            column = -1  # what follows a line break is aligned anew
            rows[-1] = rows[-1]._replace(message=f"{rows[-1].message}\n{line}")
        elif line.strip():
            section.odd(reader, [place])
    involved = _involved(obj)
    reader.extra += [event(involved, row._replace(message=row.message.rstrip()), reader.now) for row in rows]


def _row(match: re.Match[str], message_column: int) -> Happening:
    kind, reason, seen, rest = match.groups()
    parts = _GAP.split(rest, 1)
    nameless = message_column > 0 and match.start(4) >= message_column
    component, message = ("", rest) if nameless or len(parts) == 1 else parts
    return Happening(kind, reason, seen, message, component)


def _involved(obj: Obj) -> Obj:
    made: Obj = {}
    for key, value in (
        ("apiVersion", dig(obj, "apiVersion")),
        ("kind", dig(obj, "kind")),
        ("name", word(obj, "metadata", "name")),
        ("namespace", word(obj, "metadata", "namespace")),
    ):
        if value:
            made[key] = value
    return made


COMMON: dict[str, Handler] = {
    "Name": scalar("metadata.name"),
    "Namespace": scalar("metadata.namespace"),
    "CreationTimestamp": scalar("metadata.creationTimestamp", stamp),
    "Labels": label_lines("metadata.labels"),
    "Annotations": annotation_lines("metadata.annotations"),
    "Controlled By": _controlled_by,
    "Finalizers": scalar("metadata.finalizers", bracketed),
    "Events": events,
    "No events.": ignore,
}
