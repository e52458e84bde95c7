"""A snapshot as a source."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from midwatch.domain.evidence import Evidence, Skipped
from midwatch.domain.probe import Probe
from midwatch.domain.query import Query
from midwatch.errors import UnknownName


class Contents(Protocol):
    """What a snapshot holds, in whichever format."""

    @property
    def taken_at(self) -> datetime: ...

    @property
    def skipped(self) -> tuple[Skipped, ...]: ...

    @property
    def namespaces(self) -> frozenset[str]: ...

    def answers(self, query: Query) -> bool: ...

    def answer(self, query: Query) -> Evidence: ...

    def probes(self) -> list[Probe]: ...


class SnapshotSource:
    """Answers from files. Make one with `open_snapshot`."""

    def __init__(self, name: str, contents: Contents) -> None:
        self._name = name
        self._contents = contents

    @property
    def name(self) -> str:
        """`snapshot:<path>`."""
        return self._name

    @property
    def taken_at(self) -> datetime:
        """When it was taken, or the newest time found in it."""
        return self._contents.taken_at

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """Everything that could not be read so far, and why; YAML is read when first asked for."""
        return self._contents.skipped

    @property
    def namespaces(self) -> frozenset[str]:
        """The namespaces it is limited to; empty when it covers all, or does not tell."""
        return self._contents.namespaces

    def answers(self, query: Query) -> bool:
        """Whether the snapshot holds answers to this kind of query."""
        return self._contents.answers(query)

    async def fetch(self, query: Query) -> Evidence:
        """Answer the query from the files."""
        if not self.answers(query):
            raise UnknownName(f"{self._name} cannot answer {query!s}: ask a source whose answers() is true")
        return self._contents.answer(query)

    async def check(self) -> list[Probe]:
        """What it holds."""
        return self._contents.probes()
