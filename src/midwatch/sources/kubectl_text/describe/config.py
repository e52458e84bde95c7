"""Config maps with their data, secrets with the names of their keys, service accounts.

Data may hold any text, so it is cut out by the printer's own frame (`Data`, `====`, `key:`, `----`) before
the fields around it are read. A secret's values are never printed, and never read.
"""

from __future__ import annotations

import re

from midwatch.domain.json import JSON
from midwatch.sources.kubectl_text.describe.common import COMMON
from midwatch.sources.kubectl_text.describe.sections import Handler, Section, scalar
from midwatch.sources.kubectl_text.parsed import Obj, Reader
from midwatch.sources.kubectl_text.values import put, text

_KEY = re.compile(r"([-._a-zA-Z0-9]+):\s*$")
_BYTES = re.compile(r"([-._a-zA-Z0-9]+):\s+(\d+) bytes\s*$")
_FRAME = "===="
_TOKEN = re.compile(r"token:\s+\S")


def cut_data(lines: list[str]) -> tuple[list[str], dict[str, tuple[int, list[str]]]]:
    """The lines around the data (blank in its place: line numbers hold), and each framed part: where, what."""
    parts: dict[str, tuple[int, list[str]]] = {}
    start = _framed(lines, "Data", last=False)
    if start is None:
        return lines, parts
    binary = _framed(lines, "BinaryData", last=True)
    events = next((at for at in range(len(lines) - 1, start, -1) if lines[at].startswith("Events:")), len(lines))
    end = events if binary is None or binary > events else binary
    parts["Data"] = (start + 2, lines[start + 2 : end])
    if binary is not None and end == binary:
        parts["BinaryData"] = (binary + 2, lines[binary + 2 : events])
    return lines[:start] + [""] * (events - start) + lines[events:], parts


def _framed(lines: list[str], title: str, *, last: bool) -> int | None:
    places = [
        at for at in range(len(lines) - 1) if lines[at].rstrip() == title and lines[at + 1].rstrip() == _FRAME
    ]
    return (places[-1] if last else places[0]) if places else None


def config_data(parts: dict[str, tuple[int, list[str]]], obj: Obj, reader: Reader) -> None:
    """A config map's `data`, and the keys of its `binaryData`, whose content is not printed and left empty."""
    start, lines = parts.get("Data", (0, []))
    heads = [at for at in range(len(lines) - 1) if _KEY.match(lines[at]) and lines[at + 1].rstrip() == "----"]
    for at in range(heads[0] if heads else len(lines)):
        if lines[at].strip():
            reader.odd(start + at + 1, lines[at])
    data: Obj = {}
    for at, end in zip(heads, [*heads[1:], len(lines)], strict=False):
        key = lines[at].rstrip().removesuffix(":")
        data[key] = _value(lines[at + 2 : end], last=end == len(lines))
    if data:
        obj["data"] = data
    binary = _sizes(parts.get("BinaryData", (0, [])), reader)
    if binary:
        obj["binaryData"] = dict.fromkeys(binary, "")


def _value(lines: list[str], *, last: bool) -> str:
    """The printer adds one blank line behind a value, and one more before the next frame."""
    for _ in range(2 if last else 1):
        if lines and not lines[-1].strip():
            lines = lines[:-1]
    return "\n".join(lines)


def secret_data(parts: dict[str, tuple[int, list[str]]], obj: Obj, reader: Reader) -> None:
    """A secret's keys; what they hold is unknown (None), unless it is nothing (an empty string)."""
    found = _sizes(parts.get("Data", (0, [])), reader)
    if found:
        obj["data"] = found


def _sizes(part: tuple[int, list[str]], reader: Reader) -> Obj:
    start, lines = part
    found: Obj = {}
    for at, line in enumerate(lines):
        match = _BYTES.match(line)
        if match:
            found[match[1]] = "" if match[2] == "0" else None
        elif _TOKEN.match(line):
            found["token"] = None
        elif line.strip():
            reader.odd(start + at + 1, "a line of binary data")
    return found


CONFIG_MAP: dict[str, Handler] = {**COMMON}
SECRET: dict[str, Handler] = {**COMMON, "Type": scalar("type")}


def _names(field: str) -> Handler:
    """One name a line; `(not found)` may follow it."""

    def handle(section: Section, obj: Obj, _reader: Reader) -> None:
        names = [entry.partition(" ")[0] for entry in section.entries() if text(entry)]
        if names and field:
            put(obj, field, list[JSON]({"name": name} for name in names))

    return handle


SERVICE_ACCOUNT: dict[str, Handler] = {
    **COMMON,
    "Image pull secrets": _names("imagePullSecrets"),
    "Mountable secrets": _names("secrets"),
    "Tokens": _names(""),
}
