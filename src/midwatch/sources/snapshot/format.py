"""Our own snapshot format, version 1.

snapshot.json                                  what was asked, how it ended, which files hold the pages
resources/<group or core>/<resource>.json.gz   pages, one file each
logs/<namespace>/<pod>/<container>[.previous].log.gz
catalog.json, components.json, connections.json, signals.json, calls.json
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime

import msgspec

from midwatch.domain.evidence import Evidence, EvidenceState, Skipped
from midwatch.domain.query import (
    CatalogQuery,
    ComponentsQuery,
    ConnectivityQuery,
    LogsQuery,
    Query,
    ResourcesQuery,
    SignalsQuery,
    TracesQuery,
)

VERSION = 1
MANIFEST = "snapshot.json"
_QUERIES: dict[str, type[Query]] = {
    "resources": ResourcesQuery,
    "catalog": CatalogQuery,
    "logs": LogsQuery,
    "components": ComponentsQuery,
    "connections": ConnectivityQuery,
    "signals": SignalsQuery,
    "calls": TracesQuery,
}
_TYPES = {query: name for name, query in _QUERIES.items()}
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


class PageFile(msgspec.Struct, frozen=True):
    """One page: its file, and the SHA-256 of its (decompressed) content."""

    name: str
    digest: str


class Record(msgspec.Struct, frozen=True, omit_defaults=True):
    """One answered query: `type` names the class of `query`."""

    type: str
    query: msgspec.Raw
    state: EvidenceState
    at: datetime
    source: str
    reason: str = ""
    requests: int = 1
    skipped: tuple[Skipped, ...] = ()
    digest: str = ""
    files: tuple[PageFile, ...] = ()


class Manifest(msgspec.Struct, frozen=True):
    """The content of `snapshot.json`."""

    format: int
    midwatch: str
    taken_at: datetime
    source: str
    recorded: tuple[Record, ...]
    namespaces: tuple[str, ...] = ()


class _Version(msgspec.Struct):
    format: int
    midwatch: str = ""


class NotOurs(Exception):
    """A `snapshot.json` that cannot be used; the text says why."""


def encode_manifest(manifest: Manifest) -> bytes:
    """The manifest as a file."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1)


def decode_manifest(data: bytes) -> Manifest:
    """The manifest in a file. Raises `NotOurs`."""
    try:
        version = msgspec.json.decode(data, type=_Version)
        if version.format != VERSION:
            raise NotOurs(f"is of format {version.format}; this midwatch reads format {VERSION}")
        return msgspec.json.decode(data, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise NotOurs(f"is damaged ({error})") from error


def record_of(evidence: Evidence, files: tuple[PageFile, ...]) -> Record:
    """The record of an answer whose pages are in files."""
    return Record(
        _TYPES[type(evidence.query)],
        msgspec.Raw(msgspec.json.encode(evidence.query)),
        evidence.state,
        evidence.at,
        evidence.source,
        evidence.reason,
        evidence.requests,
        evidence.skipped,
        evidence.digest,
        files,
    )


def query_of(record: Record) -> Query:
    """The query of a record. Raises `NotOurs`."""
    try:
        return msgspec.json.decode(record.query, type=_QUERIES[record.type])
    except KeyError as error:
        raise NotOurs(f"has a query of the unknown type {record.type!r}") from error
    except msgspec.MsgspecError as error:
        raise NotOurs(f"has a query that does not fit ({error})") from error


def file_for(query: Query, number: int) -> str:
    """The file of a page, by the query and the number of the page, which counts from 1."""
    more = f".{number}" if number > 1 else ""
    match query:
        case ResourcesQuery():
            where = f"resources/{_safe(query.group or 'core')}/{_safe(query.resource)}"
            return (
                f"{where}/{_safe(query.namespace)}{more}.json.gz" if query.namespace else f"{where}{more}.json.gz"
            )
        case LogsQuery():
            run = ".previous" if query.previous else ""
            return f"logs/{_safe(query.namespace)}/{_safe(query.pod)}/{_safe(query.container)}{run}{more}.log.gz"
        case _:
            return f"{_TYPES[type(query)]}{more}.json"


def digest_page(page: bytes) -> str:
    """The digest of a page."""
    return f"sha256:{hashlib.sha256(page).hexdigest()}"


def _safe(part: str) -> str:
    """A name as one part of a path, whatever a hostile cluster calls its objects."""
    safe = _UNSAFE.sub("_", part)[:200]
    return f"_{safe}" if not safe or safe.startswith(".") else safe
