"""Anything a person pastes: commands with their output, tables, descriptions, manifests, in any order."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

from midwatch.domain.evidence import Skipped
from midwatch.sources.kubectl_text.describe import blocks
from midwatch.sources.kubectl_text.describe.parse import parse_describe
from midwatch.sources.kubectl_text.get.layouts import is_event
from midwatch.sources.kubectl_text.get.parse import parse_get
from midwatch.sources.kubectl_text.get.tables import is_header
from midwatch.sources.kubectl_text.manifest import parse_manifest
from midwatch.sources.kubectl_text.merge import merge
from midwatch.sources.kubectl_text.parsed import Parsed
from midwatch.sources.kubectl_text.prompts import NO_COMMAND, Command, command, is_prompt

Form = Literal["get", "describe", "manifest", "unknown"]

_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_FENCE = re.compile(r"\s*(?:```|~~~)[\w-]*\s*$")
_MANIFEST = re.compile(r"(?:apiVersion|kind|items):(?:\s|$)|---(?:\s|$)|[{\[]\s*(?:$|\"|\{)")
_PRINTS: dict[str, Form] = {"get": "get", "events": "get", "describe": "describe"}
_ORDER: tuple[Form, ...] = ("manifest", "describe", "get", "unknown")


class _Piece:
    """Consecutive lines of one form, and the command that printed them. `first` is the first line's number."""

    def __init__(self, form: Form, by: Command, first: int) -> None:
        self.form: Form = form
        self.by = by
        self.first = first
        self.lines: list[str] = []


def parse_text(text: str, *, now: datetime) -> Parsed:
    """The objects in a paste, several tellings of one object merged (a manifest over a description over a table).

    Commands in the paste (`$ kubectl get pods -n shop`) tell kind and namespace of what follows them. `now`
    is when the output was printed.
    """
    whole = Parsed()
    pieces = reversed(_pieces(_lines(text)))  # of two tellings in the same form, the later one is the newer one
    for _, parsed in sorted((_read(piece, now) for piece in pieces), key=lambda read: _ORDER.index(read[0])):
        whole += parsed
    return Parsed(merge(whole.objects), whole.skipped)


def _lines(text: str) -> list[str]:
    """The lines without colours, code fences and a common indent; fences leave a blank line, so numbers hold."""
    plain = _COLOUR.sub("", text).replace("\r\n", "\n").replace("\u00a0", " ")
    lines = ["" if _FENCE.match(line) else line for line in plain.split("\n")]
    indent = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)
    return [line[indent:] for line in lines] if indent else lines


def _pieces(lines: list[str]) -> list[_Piece]:
    pieces: list[_Piece] = [_Piece("unknown", NO_COMMAND, 1)]
    begins = frozenset(blocks.starts(lines))
    closed = {at for start, end in blocks.data(lines) for at in range(start, end)} if begins else set[int]()
    for at, line in enumerate(lines):
        said = command(line)
        if said or is_prompt(line):
            pieces.append(_Piece(_expected(said), said or NO_COMMAND, at + 2))
            continue
        last = pieces[-1]
        form = "describe" if at in begins else None if at in closed else _turn(lines, at, last)
        if form and (form != last.form or (form == "get" and is_header(line))):
            pieces.append(_Piece(form, last.by, at + 1))
        elif not line.strip() and last.form == "get" and last.lines:
            pieces.append(_Piece(_expected(last.by), last.by, at + 2))
            continue
        pieces[-1].lines.append(line)
    return [piece for piece in pieces if any(line.strip() for line in piece.lines)]


def _expected(said: Command | None) -> Form:
    """What a command prints, as far as the command tells."""
    if said is None:
        return "unknown"
    if said.output in ("yaml", "json"):
        return "manifest"
    return _PRINTS.get(said.verb, "unknown")


def _turn(lines: list[str], at: int, last: _Piece) -> Form | None:
    """The form that begins at this line; None when the piece above goes on."""
    line = lines[at]
    if not line or line[0] == " " or (last.by.verb and _expected(last.by) == "unknown"):
        return None
    fresh = not last.lines or not lines[at - 1].strip() or last.form == "unknown"
    if last.form == "describe" and not fresh:
        return None
    if is_header(line) or (last.form == "unknown" and is_event(line)):
        return "get"
    return "manifest" if last.form != "manifest" and _MANIFEST.match(line) else None


def _read(piece: _Piece, now: datetime) -> tuple[Form, Parsed]:
    content = "\n".join(piece.lines)
    kind, namespace, first = piece.by.kind, piece.by.namespace, piece.first
    if piece.form == "get":
        return "get", parse_get(content, now=now, kind=kind, namespace=namespace, first_line=first)
    if piece.form == "describe":
        return "describe", parse_describe(content, now=now, kind=kind, namespace=namespace, first_line=first)
    if piece.form == "manifest":
        return "manifest", parse_manifest(content, first_line=first)
    shown = next(line.strip() for line in piece.lines if line.strip())
    return "unknown", Parsed(
        (), (Skipped(f"line {first}", f"neither kubectl output nor a manifest: {shown[:120]!r}"),)
    )
