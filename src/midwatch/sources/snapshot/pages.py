"""LIST pages taken apart and put together."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class _Meta(msgspec.Struct):
    name: str = ""
    namespace: str = ""


class _Named(msgspec.Struct):
    metadata: _Meta = msgspec.field(default_factory=_Meta)


class _Items(msgspec.Struct):
    items: list[msgspec.Raw] = msgspec.field(default_factory=list[msgspec.Raw])


_NAMED = msgspec.json.Decoder(_Named)
_ITEMS = msgspec.json.Decoder(_Items)
UNDECODABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def identity(item: bytes) -> tuple[str, str]:
    """Namespace and name of an object, empty where it has none that can be read."""
    try:
        meta = _NAMED.decode(item).metadata
    except UNDECODABLE:
        return "", ""
    return meta.namespace, meta.name


def items_of(page: bytes) -> list[bytes]:
    """The objects of a page. Raises one of `UNDECODABLE`."""
    return [bytes(item) for item in _ITEMS.decode(page).items]


def page_of(items: Sequence[bytes]) -> bytes:
    """Objects as a page."""
    return b'{"apiVersion":"v1","kind":"List","items":[' + b",".join(items) + b"]}"
