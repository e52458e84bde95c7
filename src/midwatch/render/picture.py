"""A graph as it is to be drawn: plain data that every renderer takes and that knows nothing of clusters."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a drawn object is doing. `MISSING`: others refer to it, and it does not exist."""

    OK = "ok"
    UNKNOWN = "unknown"
    WARN = "warn"
    ERROR = "error"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class PictureNode:
    """One box: an object, or `count` alike objects as one.

    `id` is unique within the picture. `detail` is a short remark beside the kind (`2/3 ready`); `on_path` puts it
    on the causal path.
    """

    id: str
    kind: str
    label: str
    state: State = State.OK
    detail: str = ""
    count: int = 1
    focus: bool = False
    on_path: bool = False


@dataclass(frozen=True, slots=True)
class PictureEdge:
    """An arrow between two boxes, by their ids."""

    source: str
    target: str
    label: str = ""
    on_path: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """Nodes and edges in the order in which they matter; `notes` say what was left out and why."""

    title: str
    nodes: tuple[PictureNode, ...]
    edges: tuple[PictureEdge, ...]
    notes: tuple[str, ...] = ()


def printable(text: str, limit: int = 253) -> str:
    """Text without control, direction and invisible characters, cut to `limit`: names may be hostile."""
    shown = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text[: limit + 1])
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def connected(picture: Picture) -> tuple[PictureEdge, ...]:
    """The edges whose ends are both drawn, each once and no loops."""
    known = {each.id for each in picture.nodes}
    edges = dict.fromkeys(each for each in picture.edges if each.source in known and each.target in known)
    return tuple(each for each in edges if each.source != each.target)
