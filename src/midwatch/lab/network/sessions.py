"""Open connections of pools: how many each caller holds at each server."""

from __future__ import annotations

from typing import TypeAlias

Key: TypeAlias = tuple[str, str]
"""Pod UID and container."""


class Sessions:
    """Counts by server and caller; traffic replaces them at each tick."""

    def __init__(self) -> None:
        self._held: dict[Key, dict[Key, int]] = {}

    def replace(self, held: dict[Key, dict[Key, int]]) -> None:
        """These are the connections from now on."""
        self._held = held

    def total(self, server: Key, *, without: Key | None = None) -> int:
        """Connections that a server has; those of one caller left out."""
        found = self._held.get(server, {})
        return sum(found.values()) - (found.get(without, 0) if without is not None else 0)
