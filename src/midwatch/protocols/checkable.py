"""A source that can prove what it returns."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from midwatch.domain.probe import Probe


@runtime_checkable
class Checkable(Protocol):
    """Sources that `midwatch doctor` can examine."""

    async def check(self) -> list[Probe]:
        """One probe for each thing that is read; read only, and little of each."""
        ...
