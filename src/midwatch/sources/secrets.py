"""Forgets the values of Secrets, keeping their key names, before anything else sees the bytes.

Annotations count too: `kubectl apply`, kapp and Rancher copy the whole object, values included, into one.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from midwatch.domain.json import JSON
from midwatch.domain.query import ResourcesQuery

_KEPT = ("apiVersion", "kind", "metadata", "type", "immutable")
_LONGEST_ANNOTATION = 200
_COPIES = ("applied", "original", "last-config")


def about_secrets(query: ResourcesQuery) -> bool:
    """Whether a query lists Secrets."""
    return query.kind == "Secret" or (query.resource == "secrets" and not query.group)


def page_without_values(page: bytes) -> bytes:
    """A LIST page of Secrets without values; the same bytes when applied twice.

    Raises `msgspec.DecodeError` when the page is not JSON.
    """
    listing: JSON = msgspec.json.decode(page)
    if not isinstance(listing, dict):
        return b'{"items":[]}'
    items = listing.get("items")
    kept = (
        [secret_without_values(item) for item in items if isinstance(item, dict)]
        if isinstance(items, list)
        else []
    )
    return msgspec.json.encode(listing | {"items": kept})


def secret_without_values(secret: Mapping[str, JSON]) -> dict[str, JSON]:
    """One Secret: identity, type and key names (under `keys`)."""
    kept: dict[str, JSON] = {name: secret[name] for name in _KEPT if name in secret}
    kept["metadata"] = _metadata(secret.get("metadata"))
    keys = _keys(secret)
    if keys is not None:
        kept["keys"] = keys
    return kept


def carries_values(secret: Mapping[str, JSON]) -> bool:
    """Whether an item that should be metadata only is a whole Secret."""
    return "data" in secret or "stringData" in secret


def _keys(secret: Mapping[str, JSON]) -> list[JSON] | None:
    explicit = secret.get("keys")
    if isinstance(explicit, list):
        return [key for key in explicit if isinstance(key, str)]
    if not carries_values(secret):
        return None
    parts = (secret.get("data"), secret.get("stringData"))
    return [*sorted({key for part in parts if isinstance(part, dict) for key in part})]


def _metadata(metadata: JSON) -> dict[str, JSON]:
    if not isinstance(metadata, dict):
        return {}
    annotations = metadata.get("annotations")
    if not isinstance(annotations, dict):
        return {name: value for name, value in metadata.items() if name != "annotations"}
    return metadata | {
        "annotations": {name: value for name, value in annotations.items() if _harmless(name, value)}
    }


def _harmless(name: str, value: JSON) -> bool:
    short = isinstance(value, str) and len(value) <= _LONGEST_ANNOTATION
    return short and not any(part in name for part in _COPIES)
