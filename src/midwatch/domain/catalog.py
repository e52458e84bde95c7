"""Which resource types a cluster serves, and which LISTs therefore make a survey.

The document is `{"items": [{"kind", "resource", "group", "version", "namespaced", "verbs"}]}`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import msgspec

from midwatch.domain.kube.kinds import BY_KIND, RESOURCE_TYPES
from midwatch.domain.query import ResourcesQuery

_CUSTOM_K8S_GROUPS = ("gateway.networking.k8s.io", "snapshot.storage.k8s.io", "x-k8s.io")
"""Groups under k8s.io that custom resource definitions serve; the others are built in."""
_LEFT_OUT = frozenset({"oauth.openshift.io", "metrics.k8s.io", "events.k8s.io", "extensions"})
"""Their objects are credentials, or views of what is listed anyway."""


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


def survey_queries(catalog: Sequence[bytes], namespaces: Collection[str] = ()) -> list[ResourcesQuery]:
    """One LIST for each built-in kind and each custom kind that is served, for each namespace if some are named.

    Pages of the catalogue that cannot be read are passed over: built-in kinds are listed all the same.
    """
    spaces = sorted(namespaces) or [""]
    queries = [
        known.query(space)
        for known in RESOURCE_TYPES
        if not known.custom
        for space in (spaces if known.namespaced else [""])
    ]
    queries.extend(
        entry.query(space)
        for entry in _entries(catalog)
        if _is_custom(entry)
        for space in (spaces if entry.namespaced else [""])
    )
    return list(dict.fromkeys(queries))


def _entries(catalog: Sequence[bytes]) -> Iterator[Entry]:
    for page in catalog:
        try:
            yield from decode_catalog(page)
        except msgspec.MsgspecError:
            continue


def _is_custom(entry: Entry) -> bool:
    """Whether a type is served beside the built-in ones, can be listed, and holds no credentials."""
    known = BY_KIND.get(entry.kind)
    if known is not None and known.group == entry.group:
        return known.custom
    if entry.group in _LEFT_OUT or "list" not in entry.verbs or "/" in entry.resource:
        return False
    if "token" in entry.resource.lower():
        return False
    if entry.group.endswith(".k8s.io"):
        return entry.group.endswith(_CUSTOM_K8S_GROUPS)
    return "." in entry.group
