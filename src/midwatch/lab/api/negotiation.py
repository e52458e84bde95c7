"""Which form of an answer a client accepts.

Source: k8s.io/apiserver/pkg/endpoints/handlers/negotiation/negotiate.go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from midwatch.lab.core.errors import ApiError

JSON, YAML = "application/json", "application/yaml"
_ALL = "application/json, application/yaml, application/vnd.kubernetes.protobuf"
_META = "meta.k8s.io"

Shape = Literal["object", "table", "metadata"]


@dataclass(frozen=True, slots=True)
class Accepted:
    """The media type, and whether objects are wanted whole, as rows of a table, or only their metadata."""

    media: str = JSON
    shape: Shape = "object"


@dataclass(frozen=True, slots=True)
class Clause:
    """One alternative of an `Accept` header."""

    media: str
    kind: str = ""
    group: str = ""
    version: str = ""


def clauses(accept: str) -> list[Clause]:
    """The alternatives in the order of preference."""
    found: list[tuple[float, Clause]] = []
    for part in (accept or "*/*").split(","):
        media, *pairs = (each.strip() for each in part.split(";"))
        options = dict(each.split("=", 1) for each in pairs if "=" in each)
        clause = Clause(media.lower(), options.get("as", ""), options.get("g", ""), options.get("v", ""))
        found.append((_quality(options.get("q", "1")), clause))
    found.sort(key=lambda each: -each[0])
    return [clause for _, clause in found]


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _media(clause: Clause) -> str:
    if clause.media in ("*/*", "application/*", JSON):
        return JSON
    return YAML if clause.media in (YAML, "application/x-yaml", "text/yaml") else ""


def _shape(clause: Clause) -> Shape | None:
    if not clause.kind:
        return "object"
    if clause.group != _META or clause.version not in ("v1", "v1beta1"):
        return None
    if clause.kind == "Table":
        return "table"
    return "metadata" if clause.kind in ("PartialObjectMetadata", "PartialObjectMetadataList") else None


def accepted(accept: str) -> Accepted:
    """What to answer with; raises `ApiError` 406 when there is nothing that the client takes."""
    for clause in clauses(accept):
        media, shape = _media(clause), _shape(clause)
        if media and shape:
            return Accepted(media, shape)
    raise ApiError(406, "NotAcceptable", f"only the following media types are accepted: {_ALL}")
