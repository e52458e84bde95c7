"""The text of a describe as sections: a key, its value, and the lines under it.

describe.go writes fields with a text/tabwriter: `Key:`, blanks up to a common column, the value. Values may
run over several lines, and some (messages, arguments, data) hold anything at all. So a section begins only
where a line has the right indent and one of the keys that the printer writes there; every other line belongs
to the section above it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from midwatch.sources.kubectl_text.parsed import Obj, Reader
from midwatch.sources.kubectl_text.values import Convert, put, text


class Section(NamedTuple):
    """One field. `column` is where its value begins; `number` is its line, counted from 1 in the whole text."""

    key: str
    value: str
    column: int
    body: list[str]
    number: int

    def entries(self) -> list[str]:
        """The values of a multi-line field, one a line."""
        return [item for item in (self.value, *(line.strip() for line in self.body)) if item]

    def paragraph(self) -> str:
        """The value of a field that holds free text, with its line breaks."""
        return "\n".join((self.value, *self.body)).strip()

    def odd(self, reader: Reader, lines: Iterable[int] | None = None) -> None:
        """Note lines of the body that nothing used: those at the given places, or all."""
        for place in range(len(self.body)) if lines is None else lines:
            if self.body[place].strip():
                reader.odd(self.number + 1 + place, self.body[place])


Handler: TypeAlias = Callable[[Section, Obj, Reader], None]
"""Writes what a section says into the object."""


@lru_cache(maxsize=128)
def keys_at(indent: int, keys: tuple[str, ...]) -> re.Pattern[str]:
    """Matches a line that begins a section: one of the keys, or any key when none is given, at this indent."""
    names = "|".join(map(re.escape, keys)) if keys else r"[^\s:][^:]*?"
    return re.compile(rf" {{{indent}}}({names}):(?:[ \t]+|$)")


def split(lines: Sequence[str], number: int, pattern: re.Pattern[str], again: bool = False) -> list[Section]:
    """Cut lines into sections. `number` is the first line's; lines before the first key get a section without one.

    A printer writes each field once: a key that comes back is text of the section above, unless `again`
    allows it.
    """
    sections = [Section("", "", -1, [], number - 1)]
    seen: set[str] = set()
    for place, line in enumerate(lines):
        match = pattern.match(line)
        if match is None or (match[1] in seen and not again):
            sections[-1].body.append(line)
            continue
        seen.add(match[1])
        value = line[match.end() :]
        sections.append(Section(match[1], value.rstrip(), match.end() if value else -1, [], number + place))
    return sections if sections[0].body else sections[1:]


def apply(sections: Iterable[Section], handlers: Mapping[str, Handler], obj: Obj, reader: Reader) -> None:
    """Hand each section to its handler; what has none is noted."""
    for section in sections:
        handler = handlers.get(section.key)
        if handler is not None:
            handler(section, obj, reader)
        elif section.key:
            reader.odd(section.number, f"{section.key}: {section.value}")
            section.odd(reader)
        else:
            section.odd(reader)


def fields(section: Section, indent: int, handlers: Mapping[str, Handler], obj: Obj, reader: Reader) -> None:
    """Read a section's body as fields of its own."""
    parts = split(section.body, section.number + 1, keys_at(indent, tuple(handlers)))
    apply(parts, handlers, obj, reader)


def scalar(path: str, convert: Convert = text) -> Handler:
    """A field of one line."""

    def handle(section: Section, obj: Obj, reader: Reader) -> None:
        value = convert(section.value)
        if value is not None:
            put(obj, path, value)
        if section.body:
            section.odd(reader)

    return handle


def scalars(table: Mapping[str, tuple[str, Convert]]) -> dict[str, Handler]:
    """Fields of one line each: key -> path and conversion."""
    return {key: scalar(path, convert) for key, (path, convert) in table.items()}


def prose(path: str) -> Handler:
    """A field of free text that may run over several lines."""

    def handle(section: Section, obj: Obj, _reader: Reader) -> None:
        value = text(section.paragraph())
        if value is not None:
            put(obj, path, value)

    return handle


def ignore(_section: Section, _obj: Obj, _reader: Reader) -> None:
    """A field that is understood and says nothing that an object holds."""
