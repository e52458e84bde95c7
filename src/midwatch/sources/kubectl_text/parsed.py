"""What a parser hands back, and the notes it takes on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from midwatch.domain.evidence import Skipped
from midwatch.domain.json import JSON

Obj: TypeAlias = dict[str, JSON]
"""A Kubernetes object, or a part of one, in the API's JSON shape."""


@dataclass(frozen=True)
class Parsed:
    """The objects in a text, in the order in which they appear, and what was left out."""

    objects: tuple[Obj, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    def __add__(self, other: Parsed) -> Parsed:
        return Parsed(self.objects + other.objects, self.skipped + other.skipped)


@dataclass
class Reader:
    """What a parser needs and collects while it reads one text.

    `now` is when the text was printed: ages count back from it. `namespace` is what the caller knows of it, for
    texts that print none. `where` names the piece being read, for the notes. `extra` gathers objects that are
    printed inside another one: the events and endpoints of a described object.
    """

    now: datetime
    namespace: str | None = None
    where: str = "text"
    extra: list[Obj] = field(default_factory=list[Obj])
    skipped: list[Skipped] = field(default_factory=list[Skipped])

    def skip(self, why: str, where: str | None = None) -> None:
        """Note that something was left out."""
        self.skipped.append(Skipped(where or self.where, why))

    def odd(self, number: int, line: str) -> None:
        """Note a line that no rule understands; `number` counts from 1 in the whole text."""
        self.skip(f"not understood: {line.strip()[:120]!r}", f"{self.where}, line {number}")
