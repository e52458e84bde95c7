"""Hashes in names and labels: FNV-1a over the content, in an alphabet without vowels.

The API server's own hash is over a Go value's dump; ours is over its JSON, so that only its form is the same.
Source: kubernetes/pkg/controller/controller_utils.go (ComputeHash),
k8s.io/apimachinery/pkg/util/rand (SafeEncodeString).
"""

from __future__ import annotations

from typing import Any

import msgspec

from midwatch.lab.core.registry import SUFFIX

_BASIS, _PRIME, _MASK = 2166136261, 16777619, 0xFFFFFFFF


def content_hash(content: Any, collisions: int | None = None) -> str:
    """The hash of some JSON, another one for each count of collisions (`7f9b5d8c6`)."""
    value = _fnv(msgspec.json.encode(content, order="deterministic"))
    if collisions is not None:
        value = _fnv(str(collisions).encode(), value)
    return "".join(SUFFIX[ord(each) % len(SUFFIX)] for each in str(value))


def _fnv(data: bytes, value: int = _BASIS) -> int:
    for each in data:
        value = ((value ^ each) * _PRIME) & _MASK
    return value
