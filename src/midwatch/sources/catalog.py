"""The catalogue document: `{"items": [{"kind", "resource", "group", "version", "namespaced", "verbs"}]}`."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from midwatch.domain.query import ResourcesQuery


class Entry(msgspec.Struct, frozen=True):
    """One resource type that a cluster serves."""

    kind: str
    resource: str
    group: str = ""
    version: str = "v1"
    namespaced: bool = False
    verbs: tuple[str, ...] = ()

    def query(self, namespace: str = "") -> ResourcesQuery:
        """The LIST of this type."""
        return ResourcesQuery(
            self.kind,
            self.resource,
            self.group,
            self.version,
            namespace if self.namespaced else "",
            metadata_only=self.kind == "Secret",
        )


class _Catalog(msgspec.Struct):
    items: tuple[Entry, ...]


def encode_catalog(entries: Sequence[Entry]) -> bytes:
    """Entries as a document."""
    return msgspec.json.encode(_Catalog(tuple(entries)))


def decode_catalog(document: bytes) -> tuple[Entry, ...]:
    """The entries of a document. Raises `msgspec.DecodeError`."""
    return msgspec.json.decode(document, type=_Catalog).items
