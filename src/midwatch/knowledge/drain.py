"""Log templates: many lines become few shapes, each with a count and one real example.

A fixed-depth tree after Drain (He et al., ICWS 2017): lines of one length whose first words agree share a leaf,
and join the most similar template there. Before that, JSON lines are unpacked to level, message and error; stack
traces are joined to the line that opens them; what varies (times, addresses, numbers, ids) is masked as `<*>`.
Addresses that a line complains about keep templates apart: two unreachable services must not become one line.

Everything is bounded: 4,096 characters of a line, 64 words, 300 templates, 500 characters of each text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from midwatch.domain.observation import LogTemplate
from midwatch.knowledge._log_lines import Record, records

MAX_TEMPLATES = 300
"""How many templates one log may have; further shapes are counted under the last one, `<*>`."""

MAX_TEXT = 500
"""How much of a template and of an example is kept."""

_MAX_WORDS = 64
_MAX_LEAF = 24
_MAX_SEEN = 20_000
_SIMILAR = 0.6
_ANY = "<*>"
_EPHEMERAL = 32768

_ADDRESS = re.compile(r"(?<![\w.])[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(?::([0-9]{1,5}))?(?![\w.])")
_VARYING = re.compile(
    r"(?<![A-Za-z0-9_])(?:"
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}[0-9.,]{0,12}(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
    r"|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
    r"|0x[0-9a-fA-F]{1,64}"
    r"|(?=[a-f]{0,12}[0-9])[0-9a-f]{12,128}(?![A-Za-z0-9])"
    r"|(?<!<\*>:)[0-9][0-9.,:]{0,64}"
    r")"
)
_TARGET = re.compile(
    r"(?:lookup|dial tcp|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|UnknownHostException:|resolve(?: host)?:?"
    r"|connect(?:ing|ion)? to|server at|host(?: name)?[ =]|UnableToConnect on|upstream|ipv4:)"
    r"[ ]?[\"'/]?([\w.<>*-]{1,253}(?::[0-9]{1,5})?)"
)


class _Cluster:
    """One template in the making."""

    __slots__ = ("count", "example", "first", "last", "stamp", "words")

    def __init__(self, words: list[str], record: Record) -> None:
        self.words = words
        self.example = record.text[:MAX_TEXT]
        self.first = record.line
        self.last = record.line
        self.stamp = record.stamp
        self.count = 0

    def add(self, record: Record) -> None:
        """Count one more line."""
        self.count += 1
        self.last = record.line
        self.stamp = record.stamp or self.stamp

    def similarity(self, words: list[str]) -> float:
        """The share of words that agree; both have the same number of words."""
        same = sum(1 for mine, other in zip(self.words, words, strict=True) if mine == other)
        return same / len(words)

    def widen(self, words: list[str]) -> None:
        """Replace by `<*>` what differs."""
        pairs = zip(self.words, words, strict=True)
        self.words = [mine if mine == other else _ANY for mine, other in pairs]


class _Key(NamedTuple):
    """A leaf of the tree: number of words, complained address, first two words."""

    length: int
    target: str
    first: str
    second: str


class _Miner:
    def __init__(self) -> None:
        self._leaves: dict[_Key, list[_Cluster]] = {}
        self._seen: dict[str, _Cluster] = {}
        self._clusters: list[_Cluster] = []
        self._other: _Cluster | None = None

    def add(self, record: Record) -> None:
        """Count a record under its template."""
        masked = mask(record.text)
        cluster = self._seen.get(masked)
        if cluster is None:
            cluster = self._place(masked, record)
            if len(self._seen) < _MAX_SEEN:
                self._seen[masked] = cluster
        cluster.add(record)

    def templates(self) -> Iterator[LogTemplate]:
        """The templates in the order in which they first occurred."""
        for each in self._clusters:
            text, at = " ".join(each.words)[:MAX_TEXT], _time(each.stamp)
            yield LogTemplate(text, each.count, each.example, each.first, each.last, at)

    def _place(self, masked: str, record: Record) -> _Cluster:
        words = masked.split(None, _MAX_WORDS)[:_MAX_WORDS] or [""]
        leaf = self._leaves.setdefault(_key(masked, words), [])
        best = max(leaf, key=lambda each: each.similarity(words), default=None)
        if best is not None and (best.similarity(words) >= _SIMILAR or len(leaf) >= _MAX_LEAF):
            best.widen(words)
            return best
        if len(self._clusters) >= MAX_TEMPLATES - 1:
            return best if best is not None else self._rest(record)
        cluster = _Cluster(words, record)
        leaf.append(cluster)
        self._clusters.append(cluster)
        return cluster

    def _rest(self, record: Record) -> _Cluster:
        if self._other is None:
            self._other = _Cluster([_ANY], record)
            self._clusters.append(self._other)
        return self._other


def _time(stamp: str) -> datetime | None:
    try:
        return datetime.fromisoformat(stamp) if stamp else None
    except ValueError:
        return None


def _key(masked: str, words: list[str]) -> _Key:
    target = _TARGET.search(masked)
    first, second = words[0], words[1] if len(words) > 1 else ""
    return _Key(
        len(words),
        target[1] if target else "",
        _ANY if _ANY in first else first,
        _ANY if _ANY in second else second,
    )


def mask(text: str) -> str:
    """The text with everything that varies from line to line replaced; server ports of addresses stay."""
    if "." in text:
        text = _ADDRESS.sub(_masked_address, text)
    return _VARYING.sub(_ANY, text)


def _masked_address(match: re.Match[str]) -> str:
    port = match[1]
    return f"{_ANY}:{port}" if port and int(port) < _EPHEMERAL else _ANY


def mine(lines: Iterable[str]) -> tuple[LogTemplate, ...]:
    """The templates of a log, in the order in which they first occurred; lines count from one."""
    miner = _Miner()
    for record in records(lines):
        miner.add(record)
    return tuple(miner.templates())
