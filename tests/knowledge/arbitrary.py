"""Arbitrary objects of every kind: few names, so that they refer to one another, and hostile text among them."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from msgspec import inspect

from midwatch.domain.inventory import Inventory, build_inventory
from midwatch.domain.json import JSON
from midwatch.domain.kube.decode import decode_object
from midwatch.domain.kube.kinds import RESOURCE_TYPES

NOW = datetime(2026, 1, 1, 3, 10, tzinfo=UTC)
_TEXTS = (
    "a", "b", "web", "db", "default", "", "Deployment", "ReplicaSet", "Pod", "Node", "Service", "True", "Fail",
    "http://web:80", "web.default.svc:80", "a\x1b[31m", '"><script>&', "\\N\n{|}", "[red]x[/]",
    "\u202e\u0000", "\ud800", "kubernetes.io/hostname", "In", "2026-01-01T03:00:00Z", "x" * 300,
)  # fmt: skip
_MAX_ITEMS = 3


def arbitrary_inventory(seed: int, count: int = 40) -> Inventory:
    """An inventory that depends on the seed only. Some kinds are not listed at all."""
    rng = random.Random(seed)
    objects = [found for _ in range(count) for found in decode_object(_object(rng)).objects]
    return build_inventory(objects, {}, NOW)


def _object(rng: random.Random) -> dict[str, JSON]:
    kind = rng.choice(RESOURCE_TYPES)
    raw = _value(inspect.type_info(kind.struct), rng, 0)
    found = raw if isinstance(raw, dict) else {}
    metadata = found.get("metadata")
    named = metadata if isinstance(metadata, dict) else {}
    named |= {"name": rng.choice("abc"), "namespace": rng.choice(("", "default", "b"))}
    found |= {"kind": kind.kind, "metadata": named}
    return found


def _value(kind: inspect.Type, rng: random.Random, depth: int) -> JSON:
    if rng.random() < 0.02:
        return rng.choice((None, 7, "odd", [], {}))
    match kind:
        case inspect.StructType():
            wanted = 0.5 if depth < 5 else 0.2
            fields = [each for each in kind.fields if rng.random() < wanted]
            return {each.encode_name: _value(each.type, rng, depth + 1) for each in fields}
        case inspect.VarTupleType(item_type=item):
            return [_value(item, rng, depth + 1) for _ in range(rng.randrange(_MAX_ITEMS))]
        case inspect.DictType(value_type=item):
            return {rng.choice(_TEXTS): _value(item, rng, depth + 1) for _ in range(rng.randrange(_MAX_ITEMS))}
        case inspect.UnionType(types=types):
            return _value(rng.choice(types), rng, depth)
        case _:
            return _scalar(kind, rng)


def _scalar(kind: inspect.Type, rng: random.Random) -> JSON:
    match kind:
        case inspect.StrType():
            return rng.choice(_TEXTS)
        case inspect.BoolType():
            return rng.random() < 0.5
        case inspect.IntType() | inspect.FloatType():
            return rng.choice((0, 1, 80, -1, 2**40))
        case inspect.DateTimeType():
            at = NOW - timedelta(seconds=rng.randrange(7200))
            return rng.choice((at.isoformat(), at.replace(tzinfo=None).isoformat(), "0001-01-01T00:00:00Z"))
        case _:
            return None
