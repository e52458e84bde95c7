"""Who calls whom as metrics, made of spans as Tempo's metrics generator makes them.

Source: grafana/tempo/modules/generator/processor/servicegraphs/servicegraphs.go.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from midwatch.lab.core.metrics import Labels, labels
from midwatch.lab.core.spans import Span, Spans

_EDGES = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8)
_PREFIX = "traces_service_graph_request"

_Families: TypeAlias = dict[str, dict[Labels, float]]


class _Edge(NamedTuple):
    client: Span
    server: Span | None


class _Histogram:
    """Durations of one edge as one side saw them: how many in each bucket (not summed up yet), and their sum."""

    def __init__(self, side: str, at: dict[str, str]) -> None:
        self._name = f"{_PREFIX}_{side}_seconds"
        self._at = labels(**at)
        self._edges = [labels(**at, le=f"{edge:g}") for edge in _EDGES] + [labels(**at, le="+Inf")]
        self._counts = [0] * len(self._edges)
        self._sum = 0.0

    def observe(self, value: float) -> None:
        self._counts[bisect_left(_EDGES, value)] += 1
        self._sum += value

    def write(self, families: _Families) -> None:
        buckets = families.setdefault(f"{self._name}_bucket", {})
        total = 0
        for at, count in zip(self._edges, self._counts, strict=True):
            total += count
            buckets[at] = float(total)
        families.setdefault(f"{self._name}_sum", {})[self._at] = self._sum
        families.setdefault(f"{self._name}_count", {})[self._at] = float(total)


class _Calls:
    """All that is counted of one edge."""

    def __init__(self, edge: _Edge) -> None:
        client, server = edge
        at = {
            "client": client.service,
            "client_k8s_namespace_name": client.namespace,
            "server": server.service if server else client.peer,
            "server_k8s_namespace_name": server.namespace if server else "",
            "connection_type": "" if server else "virtual_node",
        }
        self._at = labels(**at)
        self._total = self._failed = 0
        self._client = _Histogram("client", at)
        self._server = _Histogram("server", at) if server else None

    def count(self, edge: _Edge) -> None:
        client, server = edge
        self._total += 1
        self._failed += bool(client.error or (server.error if server else ""))
        self._client.observe(client.seconds)
        if server is not None and self._server is not None:
            self._server.observe(server.seconds)

    def write(self, families: _Families) -> None:
        families.setdefault(f"{_PREFIX}_total", {})[self._at] = float(self._total)
        families.setdefault(f"{_PREFIX}_failed_total", {})[self._at] = float(self._failed)
        self._client.write(families)
        if self._server is not None:
            self._server.write(families)


class ServiceGraph:
    """Counters of the calls between services, over all spans that ever came."""

    def __init__(self, spans: Spans) -> None:
        self._spans = spans
        self._seen = 0
        self._calls: dict[tuple[str, ...], _Calls] = {}
        self._families: _Families = {}

    def families(self) -> Iterator[tuple[str, Mapping[Labels, float]]]:
        """All families, new spans counted in."""
        new = self._spans.since(self._seen)
        self._seen = self._spans.seen
        grown: dict[tuple[str, ...], _Calls] = {}
        for edge in _edges(new):
            key = _key(edge)
            calls = self._calls.get(key)
            if calls is None:
                calls = self._calls[key] = _Calls(edge)
            calls.count(edge)
            grown[key] = calls
        for each in grown.values():
            each.write(self._families)
        yield from self._families.items()


def _key(edge: _Edge) -> tuple[str, ...]:
    client, server = edge
    if server is None:
        return client.service, client.namespace, client.peer
    return client.service, client.namespace, server.service, server.namespace


def _edges(spans: Sequence[Span]) -> Iterator[_Edge]:
    """Client spans with the server span that answered; with none, what the client named is a node of its own."""
    servers = {(each.trace, each.parent): each for each in spans if each.kind == "server" and each.parent}
    for each in spans:
        if each.kind == "client":
            server = servers.get((each.trace, each.span))
            if server is not None or each.peer:
                yield _Edge(each, server)
