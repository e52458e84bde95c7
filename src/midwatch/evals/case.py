"""What the cases of all suites have in common."""

from __future__ import annotations

import msgspec


class CaseBroken(Exception):
    """A case cannot be read: where and why."""


class BrokenCase(msgspec.Struct, frozen=True):
    """A case that could not be read, as it is reported: skipped and counted."""

    id: str
    why: str
