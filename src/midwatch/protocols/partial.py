"""A source that by its nature shows only some namespaces."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class Partial(Protocol):
    """Dumps and must-gathers often cover a few namespaces: what lies elsewhere is unknown, not absent."""

    @property
    def namespaces(self) -> frozenset[str]:
        """The namespaces it covers; empty means all."""
        ...
