"""Writes snapshots: into a folder beside the target, which takes its place when complete."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from midwatch import __version__
from midwatch.domain.evidence import Evidence
from midwatch.domain.query import Query, ResourcesQuery
from midwatch.errors import SourceUnusable
from midwatch.sources.secrets import about_secrets, page_without_values
from midwatch.sources.snapshot.format import (
    MANIFEST,
    VERSION,
    Manifest,
    PageFile,
    Record,
    digest_page,
    encode_manifest,
    file_for,
    record_of,
)

_LEVEL = 3


class SnapshotWriter:
    """A snapshot being written. Pages go to disk as they come; `finish` makes it appear, `abandon` removes it."""

    def __init__(self, target: Path, temporary: Path, *, overwrite: bool) -> None:
        self._target = target
        self._temporary = temporary
        self._overwrite = overwrite
        self._records: dict[Query, Record] = {}
        self._used: set[str] = set()

    def add(self, evidence: Evidence) -> None:
        """Record an answer; a later one to the same query replaces it. Raises `SourceUnusable` when it cannot."""
        try:
            files = tuple(self._page(evidence.query, n, page) for n, page in enumerate(evidence.pages, start=1))
        except OSError as error:
            raise self._unwritable(error) from error
        self._records[evidence.query] = record_of(evidence, files)

    def finish(self, source: str, namespaces: Iterable[str] = ()) -> None:
        """Complete the snapshot and put it in its place. Raises `SourceUnusable` when it cannot."""
        if not self._records:
            raise SourceUnusable("nothing was recorded: ask the source something before writing a snapshot")
        taken_at = max(record.at for record in self._records.values())
        recorded = tuple(self._records.values())
        manifest = Manifest(VERSION, __version__, taken_at, source, recorded, tuple(sorted(namespaces)))
        try:
            (self._temporary / MANIFEST).write_bytes(encode_manifest(manifest))
            self._replace()
        except OSError as error:
            raise self._unwritable(error) from error

    def abandon(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self._temporary, ignore_errors=True)

    def _page(self, query: Query, number: int, page: bytes) -> PageFile:
        if isinstance(query, ResourcesQuery) and about_secrets(query):
            page = page_without_values(page)
        name = self._free(file_for(query, number))
        path = self._temporary / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(page, _LEVEL, mtime=0) if name.endswith(".gz") else page)
        return PageFile(name, digest_page(page))

    def _free(self, name: str) -> str:
        """The name, or one like it when other objects have claimed it (names are cleaned, so they may collide)."""
        folder, _, file = name.rpartition("/")
        prefix = f"{folder}/" if folder else ""
        number = 0
        while name.lower() in self._used:
            number += 1
            name = f"{prefix}_{number}_{file}"
        self._used.add(name.lower())
        return name

    def _replace(self) -> None:
        check_target(self._target, overwrite=self._overwrite)
        if not self._target.exists():
            self._temporary.rename(self._target)
            return
        old = self._temporary.with_name(f"{self._temporary.name}.old")
        self._target.rename(old)
        self._temporary.rename(self._target)
        shutil.rmtree(old, ignore_errors=True)

    def _unwritable(self, error: OSError) -> SourceUnusable:
        why = error.strerror or type(error).__name__
        return SourceUnusable(f"cannot write the snapshot {self._target}: {why}; choose another place")


def open_writer(target: Path, *, overwrite: bool = False) -> SnapshotWriter:
    """Begin a snapshot. Raises `SourceUnusable` when it may not or cannot be written there."""
    check_target(target, overwrite=overwrite)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise SourceUnusable(f"cannot write the snapshot {target}: {why}; choose another place") from error
    return SnapshotWriter(target, temporary, overwrite=overwrite)


def check_target(target: Path, *, overwrite: bool) -> None:
    """Refuse to replace anything but an older snapshot, and that only when told to. Raises `SourceUnusable`."""
    if not target.exists():
        return
    if not target.is_dir():
        raise SourceUnusable(f"{target} is a file: give the path of a folder that does not exist yet")
    if not any(target.iterdir()):
        return
    if not (target / MANIFEST).is_file():
        raise SourceUnusable(f"{target} is not empty and no snapshot: give a folder that does not exist yet")
    if not overwrite:
        raise SourceUnusable(f"{target} is a snapshot already: allow overwriting it, or give another path")
