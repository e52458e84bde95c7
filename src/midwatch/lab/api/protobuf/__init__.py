"""Bodies in protocol buffers, which Go clients of 1.33 and later send for built-in types."""

from __future__ import annotations

from midwatch.lab.api.protobuf.decoding import Undecodable, object_in

__all__ = ["Undecodable", "object_in"]
