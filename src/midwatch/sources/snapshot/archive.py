"""Archives (tar, tar.gz, tar.bz2, tar.xz, zip), read in memory, within bounds; nothing is written to disk."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

from midwatch.domain.evidence import Skipped
from midwatch.errors import SourceUnusable
from midwatch.sources.snapshot.bundle import (
    LARGEST_FILE,
    LARGEST_LOG,
    MIB,
    MOST_FILES,
    Unreadable,
    bounded,
    safe_name,
)
from midwatch.sources.snapshot.folder import read_bounded
from midwatch.sources.snapshot.layout import is_log, may_hold_objects

MOST_BYTES = 2048 * MIB
_UNSUSPICIOUS = 256 * MIB
_MOST_RATIO = 300
_BLOCK = MIB
_MOST_ENDS = 3
_DAMAGED = (
    tarfile.TarError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    OSError,
    ValueError,
    OverflowError,
    MemoryError,
)
_OPENERS: dict[bytes, Callable[[IO[bytes]], io.BufferedIOBase]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\0": lzma.open,
}


class _Bomb(Exception):
    """The content is larger than any snapshot."""


class Archive:
    """Members held in memory: files of objects as they are, logs as their compressed last part."""

    def __init__(self) -> None:
        self._files: dict[str, bytes] = {}
        self._logs: dict[str, tuple[bytes, bool]] = {}
        self._skips: list[Skipped] = []
        self._newest = 0.0
        self._ignored = 0

    @property
    def names(self) -> tuple[str, ...]:
        """See `Bundle`."""
        return tuple(sorted([*self._files, *self._logs]))

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """See `Bundle`."""
        ignored = (
            [Skipped("(other files)", f"{self._ignored} hold no objects by their names")] if self._ignored else []
        )
        return bounded([*self._skips, *ignored])

    @property
    def changed(self) -> datetime | None:
        """When the newest member was written."""
        return datetime.fromtimestamp(self._newest, UTC) if self._newest else None

    def read(self, name: str) -> bytes:
        """See `Bundle`."""
        if name in self._logs:
            return zlib.decompress(self._logs[name][0])
        if name not in self._files:
            raise Unreadable("the file is missing")
        return read_bounded(io.BytesIO(self._files[name]), name)

    def tail(self, name: str) -> tuple[bytes, bool]:
        """See `Bundle`."""
        if name not in self._logs:
            raise Unreadable("the file is missing")
        packed, whole = self._logs[name]
        return zlib.decompress(packed), whole

    def forget(self, name: str) -> None:
        """See `Bundle`."""
        self._files.pop(name, None)

    def take(self, name: str, modified: float, size: int, content: Callable[[], bytes]) -> None:
        """Keep a member, if its name promises something."""
        safe = safe_name(name)
        if safe is None:
            self._skips.append(Skipped(name[:200], "its path points outside the archive"))
        elif not is_log(safe) and not may_hold_objects(safe):
            self._ignored += 1
        elif safe in self._files or safe in self._logs:
            self._skips.append(Skipped(safe, "the archive has another file of that name"))
        elif size > LARGEST_FILE:
            self._skips.append(Skipped(safe, f"larger than {LARGEST_FILE // MIB} MiB"))
        else:
            self._keep(safe, content)
            self._newest = max(self._newest, min(modified, datetime.now(UTC).timestamp()))

    def skip(self, name: str, why: str) -> None:
        """Remember that a member was not read."""
        self._skips.append(Skipped(name[:200], why))

    def _keep(self, name: str, content: Callable[[], bytes]) -> None:
        try:
            data = content()
            text = read_bounded(io.BytesIO(data), name) if is_log(name) else b""
        except Unreadable as error:
            self._skips.append(Skipped(name, str(error)))
            return
        if is_log(name):
            self._logs[name] = (zlib.compress(text[-LARGEST_LOG:], 1), len(text) <= LARGEST_LOG)
        else:
            self._files[name] = data


def open_archive(path: Path, head: bytes) -> Archive | None:
    """The archive a file is (`head`: its first bytes), None when it is none. Raises `SourceUnusable`."""
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _refusing_bombs(path, _open_zip)
    opener = next((each for magic, each in _OPENERS.items() if head.startswith(magic)), None)
    if opener is None and not _is_tar(head):
        return None
    return _refusing_bombs(path, lambda of: _open_tar(of, opener))


def _refusing_bombs(path: Path, read: Callable[[Path], Archive | None]) -> Archive | None:
    try:
        return read(path)
    except _Bomb as error:
        raise SourceUnusable(f"{path} unpacks to {error}: it is no snapshot") from error
    except (*_DAMAGED, zipfile.BadZipFile, NotImplementedError, struct.error, LookupError) as error:
        raise SourceUnusable(f"{path} is damaged or cut short ({type(error).__name__}): copy it again") from error


def _is_tar(head: bytes) -> bool:
    return head[257:262] == b"ustar"


class _Counted(io.RawIOBase):
    """A stream that gives up when it grows beyond all proportion to the file it comes from."""

    def __init__(self, plain: io.BufferedIOBase | IO[bytes], packed: IO[bytes]) -> None:
        self._plain = plain
        self._packed = packed
        self._total = 0
        self._ahead = b""
        self._ends = 0

    def peek(self) -> bytes:
        """The first block, which will be read again."""
        self._ahead = self._plain.read(tarfile.BLOCKSIZE)
        return self._ahead

    def read(self, size: int = -1) -> bytes:
        ahead, self._ahead = self._ahead, b""
        data = ahead + self._plain.read(max(0, (_BLOCK if size < 0 else size) - len(ahead)))
        self._total += len(data)
        self._ends += not data
        if self._ends > _MOST_ENDS:
            raise EOFError  # a member longer than the file: tarfile would skip it forever
        if self._total > MOST_BYTES:
            raise _Bomb(f"more than {MOST_BYTES // MIB} MiB")
        if self._total > _UNSUSPICIOUS and self._total > _MOST_RATIO * self._packed.tell():
            raise _Bomb(f"more than {_MOST_RATIO} times its size")
        return data


def _open_tar(path: Path, opener: Callable[[IO[bytes]], io.BufferedIOBase] | None) -> Archive | None:
    with path.open("rb") as packed:
        stream = _Counted(opener(packed) if opener else packed, packed)
        if opener and not _is_tar(stream.peek()):
            return None
        archive = Archive()
        with tarfile.open(fileobj=cast("IO[bytes]", stream), mode="r|") as tar:
            for count, member in enumerate(tar):
                if count >= MOST_FILES:
                    raise _Bomb(f"more than {MOST_FILES} files")
                _take_member(archive, tar, member)
        while stream.read(_BLOCK):
            pass  # to the very end, where checksums are
        return archive


def _take_member(archive: Archive, tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
    def content() -> bytes:
        file = tar.extractfile(member)
        data = file.read() if file else b""
        if len(data) != member.size:
            raise EOFError
        return data

    if member.isdir():
        return
    if not member.isreg() or member.issparse():
        archive.skip(member.name, "a link or special file")
        return
    archive.take(member.name, member.mtime, member.size, content)


def _open_zip(path: Path) -> Archive:
    archive = Archive()
    with zipfile.ZipFile(path) as container:
        members = container.infolist()
        _refuse_zip_bomb(members, path.stat().st_size)
        left = MOST_BYTES
        for member in members:
            left -= member.file_size
            if left < 0:
                raise _Bomb(f"more than {MOST_BYTES // MIB} MiB")
            _take_zipped(archive, container, member)
    return archive


def _refuse_zip_bomb(members: list[zipfile.ZipInfo], packed: int) -> None:
    total = sum(member.file_size for member in members)
    if len(members) > MOST_FILES:
        raise _Bomb(f"more than {MOST_FILES} files")
    if total > _UNSUSPICIOUS and total > _MOST_RATIO * packed:
        raise _Bomb(f"more than {_MOST_RATIO} times its size")


def _take_zipped(archive: Archive, container: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    def content() -> bytes:
        try:
            with container.open(member) as file:
                return file.read(member.file_size + 1)[: member.file_size]
        except (
            zipfile.BadZipFile,
            zlib.error,
            lzma.LZMAError,
            EOFError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise Unreadable("damaged, encrypted or compressed in an unknown way") from error

    if member.filename.endswith("/"):
        return
    if stat.S_ISLNK(member.external_attr >> 16):
        archive.skip(member.filename, "a link or special file")
        return
    archive.take(member.filename, _written(member), member.file_size, content)


def _written(member: zipfile.ZipInfo) -> float:
    try:
        return datetime(*member.date_time, tzinfo=UTC).timestamp()
    except ValueError:
        return 0.0
