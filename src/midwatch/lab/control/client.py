"""The way from another terminal to a running lab."""

from __future__ import annotations

import http.client
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec

from midwatch.errors import UsageError
from midwatch.lab.control.messages import Failure, FaultIn, Forward, Mend, Mended, Status, Strike
from midwatch.lab.control.notes import Note, folders, note_of

_TIMEOUT = 120.0
_SLICE = 30.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Remote:
    """A lab that runs elsewhere on this machine. Everything raises `UsageError` with what the lab says."""

    folder: Path
    note: Note

    def status(self) -> Status:
        """How it is."""
        return self._ask("GET", "/status", None, Status)

    def targets(self) -> dict[str, list[str]]:
        """What each fault can strike there."""
        return self._ask("GET", "/targets", None, dict[str, list[str]])

    def strike(self, fault: str, target: str, seed: int) -> FaultIn:
        """Break it."""
        return self._ask("POST", "/strike", Strike(fault, target, seed), FaultIn)

    def mend(self, fault: str, target: str) -> Mended:
        """Undo that."""
        return self._ask("POST", "/mend", Mend(fault, target), Mended)

    def forward(self, seconds: float, progress: Callable[[float, float], None]) -> Status:
        """Let simulated seconds pass at once, in slices so that it can be watched and interrupted."""
        done = 0.0
        while True:
            piece = min(_SLICE, seconds - done)
            status = self._ask("POST", "/forward", Forward(piece), Status)
            done += piece
            progress(done, seconds)
            if done >= seconds:
                return status

    def _ask(self, method: str, path: str, body: msgspec.Struct | None, kind: type[T]) -> T:
        connection = http.client.HTTPConnection(urlsplit(self.note.url).netloc, timeout=_TIMEOUT)
        headers = {"Authorization": f"Bearer {self.note.token}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, msgspec.json.encode(body) if body else None, headers)
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise UsageError(f"the lab in {self.folder} does not answer ({why}): start another one") from error
        finally:
            connection.close()
        try:
            if response.status >= http.client.BAD_REQUEST:
                raise UsageError(msgspec.json.decode(content, type=Failure).error)
            return msgspec.json.decode(content, type=kind)
        except msgspec.MsgspecError as error:
            raise UsageError(f"what answers for the lab in {self.folder} is no lab: start another one") from error


def running_lab(folder: Path | None, runtime: Path | None) -> Remote:
    """The lab that is served from a folder, or the latest one that runs. Raises `UsageError`."""
    if folder is not None:
        return Remote(folder, note_of(folder))
    found = latest_lab(runtime)
    if found is None:
        raise UsageError(
            "no lab of yours runs: start one with `midwatch lab up` in another terminal, or name its folder"
            " with --lab"
        )
    return found


def latest_lab(runtime: Path | None) -> Remote | None:
    """The latest lab that still answers."""
    for folder in folders(runtime):
        try:
            found = Remote(folder, note_of(folder))
            found.status()
        except UsageError:
            continue
        return found
    return None
