"""How alike two names are: typing errors, added suffixes, and the subject that a variable's name speaks of."""

from __future__ import annotations

from collections.abc import Iterable

from midwatch.knowledge.addresses import words_of

_NOISE = frozenset({
    "addr", "addrs", "address", "addresses", "host", "hosts", "hostname", "url", "urls", "uri", "uris", "service",
    "services", "svc", "server", "servers", "port", "endpoint", "endpoints", "http", "https", "grpc", "tcp", "api",
    "base", "internal", "external", "public", "app", "backend", "upstream", "target", "name", "spring",
    "datasource", "connection", "conn", "string", "dsn", "default", "client", "config", "v", "1", "2",
})  # fmt: skip
_MAX_CHANGED = 2
_MAX_NAMES = 2000


def squash(name: str) -> str:
    """A name without case and separators."""
    return "".join(each for each in name.lower() if each.isalnum())


def alike(asked: str, name: str) -> bool:
    """Whether `asked` looks like a slip for `name`: one edit of at most two letters, or something added or cut."""
    if asked == name or not asked or not name:
        return False
    left, right = squash(asked), squash(name)
    if left == right:
        return True
    shorter, longer = sorted((left, right), key=len)
    if len(shorter) < 3:
        return False
    if asked.startswith((f"{name}-", f"{name}_")) or name.startswith((f"{asked}-", f"{asked}_")):
        return True
    return _one_slip(shorter, longer)


def _one_slip(shorter: str, longer: str) -> bool:
    """One place of at most two letters differs, and not only in digits (`kafka-0` is no slip for `kafka-1`)."""
    if len(longer) - len(shorter) > _MAX_CHANGED:
        return False
    start = _common(shorter, longer)
    end = _common(shorter[start:][::-1], longer[start:][::-1])
    changed = longer[start : len(longer) - end] + shorter[start : len(shorter) - end]
    allowed = _MAX_CHANGED if len(shorter) > 4 else 1
    return len(longer) - start - end <= allowed and not changed.isdigit()


def _common(one: str, other: str) -> int:
    """Length of the common beginning."""
    for at, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return at
    return min(len(one), len(other))


def closest(asked: str, names: Iterable[str]) -> str | None:
    """The name that `asked` most looks like a slip for; the longest common beginning decides."""
    near = [name for name, _ in zip(names, range(_MAX_NAMES), strict=False) if alike(asked, name)]
    return max(near, key=lambda name: (_common(squash(asked), squash(name)), -len(name), name), default=None)


def subject_of(name: str) -> str:
    """What a name speaks of, without words such as `SERVICE` or `ADDR`: `STOCK_LEDGER_SERVICE_ADDR` is
    `stockledger`, and so is `stockledgerservice`."""
    words = [each for each in words_of(name) if each not in _NOISE]
    joined = "".join(words)
    for suffix in ("service", "svc"):
        joined = joined.removesuffix(suffix) or joined
    return joined
