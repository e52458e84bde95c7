"""Objects as bytes."""

from __future__ import annotations

import msgspec
import yaml

from midwatch.lab.api.negotiation import YAML
from midwatch.lab.core.objects import Obj

_ENCODER = msgspec.json.Encoder()


def encode(obj: Obj) -> bytes:
    """As JSON."""
    return _ENCODER.encode(obj)


def encoded(content: Obj | str | bytes, media: str) -> bytes:
    """In a media type; texts and bytes as they are."""
    if isinstance(content, bytes):
        return content
    if isinstance(content, str):
        return content.encode()
    if media == YAML:
        return yaml.safe_dump(content, sort_keys=False, allow_unicode=True).encode()
    return encode(content) + b"\n"
