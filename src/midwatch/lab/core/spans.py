"""Spans of sampled requests, as OpenTelemetry names their parts."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Span:
    """One operation of one request. `start` in epoch seconds, `seconds` its duration; no `error`: it went well.

    `kind` is `server` or `client`; `peer` the service that a client span calls.
    """

    trace: str
    span: str
    parent: str
    service: str
    namespace: str
    pod: str
    node: str
    operation: str
    kind: str
    start: float
    seconds: float
    error: str = ""
    peer: str = ""
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass
class Spans:
    """The most recent spans. `seen` counts all that ever came, so that a reader knows what is new to it."""

    kept: deque[Span] = field(default_factory=lambda: deque[Span](maxlen=_KEPT))
    seen: int = 0

    def extend(self, spans: Iterable[Span]) -> None:
        """Keep more."""
        found = list(spans)
        self.kept.extend(found)
        self.seen += len(found)

    def since(self, seen: int) -> list[Span]:
        """Those that came after the first `seen` ones and are still kept, oldest first."""
        new = min(self.seen - seen, len(self.kept))
        return list(islice(self.kept, len(self.kept) - new, None))
