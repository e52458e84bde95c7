"""A tree of files to read, wherever it lies: a folder, an archive, or one file."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePosixPath
from typing import Protocol

from midwatch.domain.evidence import Skipped

MIB = 1024 * 1024
LARGEST_FILE = 512 * MIB
LARGEST_LOG = 4 * MIB
MOST_FILES = 200_000
MOST_SKIPS = 1000


class Unreadable(Exception):
    """One file cannot be read; the text says why."""


class Bundle(Protocol):
    """Files by relative path (`/` between parts, sorted). Reads are bounded."""

    @property
    def names(self) -> tuple[str, ...]:
        """All files."""
        ...

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """What is in the tree and cannot be read."""
        ...

    @property
    def changed(self) -> datetime | None:
        """When the newest file was written."""
        ...

    def read(self, name: str) -> bytes:
        """A whole file, decompressed if its name ends in `.gz`. Raises `Unreadable`."""
        ...

    def tail(self, name: str) -> tuple[bytes, bool]:
        """The last `LARGEST_LOG` bytes of a file and whether that is all of it. Raises `Unreadable`."""
        ...

    def forget(self, name: str) -> None:
        """The file will not be read again: its memory may be freed."""
        ...


def safe_name(name: str) -> str | None:
    """A member's name as a relative path, None when it points outside the tree."""
    cleaned = printable(name).replace("\\", "/")
    parts = PurePosixPath(cleaned).parts
    if not parts or cleaned.startswith("/") or ".." in parts or "\0" in name or ":" in parts[0]:
        return None
    return "/".join(parts)


def printable(name: str) -> str:
    """A name that can be written as UTF-8, whatever bytes it had on disk."""
    return name.encode(errors="surrogateescape").decode(errors="replace")


def bounded(skips: list[Skipped]) -> tuple[Skipped, ...]:
    """Skips, the many after the first thousand as one."""
    if len(skips) <= MOST_SKIPS:
        return tuple(skips)
    return (*skips[:MOST_SKIPS], Skipped("(more)", f"{len(skips) - MOST_SKIPS} more things were skipped"))
