"""Where a running lab is to be found: a private file in its folder, and a pointer to it in the user's own folder.

Both can be read by their owner only; what somebody else owns, or could have written, is not believed.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from midwatch.errors import UsageError

_FILE = "control.json"


class Note(msgspec.Struct, frozen=True):
    """URL and token of the control endpoint, and the process that serves it."""

    url: str
    token: str
    pid: int


@contextmanager
def noted(folder: Path, note: Note, runtime: Path | None) -> Generator[None]:
    """The note and a pointer to it, while the block lasts."""
    pointer = _pointer(runtime, note)
    try:
        _write(folder / _FILE, msgspec.json.encode(note))
        if pointer is not None:
            _write(pointer, str(folder.absolute()).encode())
        yield
    finally:
        (folder / _FILE).unlink(missing_ok=True)
        if pointer is not None:
            pointer.unlink(missing_ok=True)


def note_of(folder: Path) -> Note:
    """The note in a lab's folder. Raises `UsageError` when there is none that can be believed."""
    path = folder / _FILE
    try:
        text = _read(path)
    except FileNotFoundError as error:
        raise UsageError(f"no lab runs in {folder}: start one with `midwatch lab up --folder {folder}`") from error
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from error
    try:
        return msgspec.json.decode(text, type=Note)
    except msgspec.MsgspecError as error:
        raise UsageError(f"{path} is not what a lab writes ({error}): start the lab again") from error


def folders(runtime: Path | None) -> Iterator[Path]:
    """Folders of labs that this user started, the latest first; some may have ended without a word."""
    place = _place(runtime)
    found = [(each.stat().st_mtime, each) for each in place.glob("*.lab")] if _is_ours(place) else []
    for _, pointer in sorted(found, reverse=True):
        with suppress(OSError, UnicodeDecodeError):
            yield Path(_read(pointer).decode())


def _place(runtime: Path | None) -> Path:
    """The folder of pointers: in the user's own one, or (when it is not theirs) in the one for temporary files."""
    if runtime is not None and _is_ours(runtime):
        return runtime / "midwatch"
    return Path(tempfile.gettempdir()) / f"midwatch-{os.getuid()}"


def _pointer(runtime: Path | None, note: Note) -> Path | None:
    """The file of one lab; None when the folder cannot be used: then the lab's own must be named."""
    place = _place(runtime)
    with suppress(OSError):
        place.mkdir(mode=0o700, exist_ok=True)
    return place / f"{note.pid}-{note.url.rpartition(':')[2]}.lab" if _is_ours(place) else None


def _is_ours(place: Path) -> bool:
    try:
        found = place.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022


def _write(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:
        file.write(content)


def _read(path: Path) -> bytes:
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        found = os.fstat(file.fileno())
        if found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise PermissionError(1, "it must belong to you and be readable by nobody else")
        return file.read(64 * 1024)
