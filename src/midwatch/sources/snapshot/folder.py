"""A folder or one file on disk, read when asked for."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from midwatch.domain.evidence import Skipped
from midwatch.errors import SourceUnusable
from midwatch.sources.snapshot.bundle import (
    LARGEST_FILE,
    LARGEST_LOG,
    MIB,
    MOST_FILES,
    Unreadable,
    bounded,
    printable,
)

_DEEPEST = 40


class Folder:
    """The files below a folder. Hidden ones are ignored; links are followed to files inside the folder only."""

    def __init__(self, root: Path, files: dict[str, Path], skipped: tuple[Skipped, ...]) -> None:
        self.names = tuple(sorted(files))
        self.skipped = skipped
        self._root = root
        self._files = files

    @property
    def changed(self) -> datetime | None:
        """When the newest file was written."""
        times = [_modified(path) for path in self._files.values()]
        return datetime.fromtimestamp(max(times), UTC) if times else None

    def read(self, name: str) -> bytes:
        """See `Bundle`."""
        path = self._path(name)
        try:
            with path.open("rb") as file:
                return read_bounded(file, name)
        except OSError as error:
            raise Unreadable(error.strerror or type(error).__name__) from error

    def tail(self, name: str) -> tuple[bytes, bool]:
        """See `Bundle`."""
        if name.endswith(".gz"):
            text = self.read(name)
            return text[-LARGEST_LOG:], len(text) <= LARGEST_LOG
        try:
            with self._path(name).open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - LARGEST_LOG))
                return file.read(LARGEST_LOG), size <= LARGEST_LOG
        except OSError as error:
            raise Unreadable(error.strerror or type(error).__name__) from error

    def forget(self, name: str) -> None:
        """Nothing is held."""

    def _path(self, name: str) -> Path:
        if name not in self._files:
            raise Unreadable("the file is missing")
        return self._files[name]


def open_folder(root: Path) -> Folder:
    """All files below a folder. Raises `SourceUnusable` when it cannot be listed."""
    files: dict[str, Path] = {}
    skipped: list[Skipped] = []
    real = root.resolve()
    for entry, name in _walk(root, skipped):
        if len(files) >= MOST_FILES:
            raise SourceUnusable(f"{root} holds more than {MOST_FILES} files: give the folder of one snapshot")
        path = Path(entry.path)
        if entry.is_symlink() and not _inside(path, real):
            skipped.append(Skipped(name, "a link to a place outside the snapshot, or to nothing"))
        elif not entry.is_file():
            skipped.append(Skipped(name, "not a regular file"))
        else:
            files[name] = path
    return Folder(root, files, bounded(skipped))


def open_file(path: Path) -> Folder:
    """One file as a tree of its own."""
    return Folder(path.parent, {path.name: path}, ())


def read_bounded(file: IO[bytes], name: str) -> bytes:
    """A whole file, decompressed if it is named `.gz`. Raises `Unreadable` when too large or damaged."""
    try:
        if not name.endswith(".gz"):
            data = file.read(LARGEST_FILE + 1)
        else:
            with gzip.GzipFile(fileobj=file) as plain:
                data = plain.read(LARGEST_FILE + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise Unreadable("its compressed content is damaged or cut short") from error
    if len(data) > LARGEST_FILE:
        raise Unreadable(f"larger than {LARGEST_FILE // MIB} MiB")
    return data


def _walk(root: Path, skipped: list[Skipped]) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Everything that is not a folder, without following links to folders."""
    pending: list[tuple[Path, str, int]] = [(root, "", 0)]
    while pending:
        folder, prefix, depth = pending.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError as error:
            if folder == root:
                raise SourceUnusable(f"cannot list {root}: {error.strerror}; check its permissions") from error
            skipped.append(Skipped(prefix, error.strerror or "cannot be listed"))
            continue
        for entry in entries:
            name = f"{prefix}{printable(entry.name)}"
            if entry.name.startswith("."):
                continue
            if not entry.is_dir(follow_symlinks=False):
                yield entry, name
            elif depth < _DEEPEST:
                pending.append((Path(entry.path), f"{name}/", depth + 1))
            else:
                skipped.append(Skipped(name, "too deep a folder"))


def _inside(path: Path, root: Path) -> bool:
    try:
        return path.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):
        return False


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
