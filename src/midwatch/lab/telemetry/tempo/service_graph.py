"""Who calls whom as metrics, made of spans as Tempo's metrics generator makes them.

Source: grafana/tempo/modules/generator/processor/servicegraphs/servicegraphs.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from midwatch.lab.core.metrics import Labels, labels
from midwatch.lab.core.spans import Span, Spans

_EDGES = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8)
_PREFIX = "traces_service_graph_request"


class _Edge(NamedTuple):
    client: Span
    server: Span | None


class ServiceGraph:
    """Counters of the calls between services, over all spans that ever came."""

    def __init__(self, spans: Spans) -> None:
        self._spans = spans
        self._seen = 0
        self._families: dict[str, dict[Labels, float]] = {}

    def families(self) -> Iterator[tuple[str, Mapping[Labels, float]]]:
        """All families, new spans counted in."""
        new = self._spans.since(self._seen)
        self._seen = self._spans.seen
        for edge in _edges(new):
            self._count(edge)
        yield from self._families.items()

    def _count(self, edge: _Edge) -> None:
        client, server = edge
        at = {
            "client": client.service,
            "client_k8s_namespace_name": client.namespace,
            "server": server.service if server else client.peer,
            "server_k8s_namespace_name": server.namespace if server else "",
            "connection_type": "" if server else "virtual_node",
        }
        failed = client.error or (server.error if server else "")
        self._add(f"{_PREFIX}_total", labels(**at), 1.0)
        self._add(f"{_PREFIX}_failed_total", labels(**at), float(bool(failed)))
        self._observe("client", at, client.seconds)
        if server is not None:
            self._observe("server", at, server.seconds)

    def _observe(self, side: str, at: dict[str, str], value: float) -> None:
        name = f"{_PREFIX}_{side}_seconds"
        for edge in _EDGES:
            self._add(f"{name}_bucket", labels(**at, le=f"{edge:g}"), float(value <= edge))
        self._add(f"{name}_bucket", labels(**at, le="+Inf"), 1.0)
        self._add(f"{name}_sum", labels(**at), value)
        self._add(f"{name}_count", labels(**at), 1.0)

    def _add(self, name: str, at: Labels, value: float) -> None:
        family = self._families.setdefault(name, {})
        family[at] = family.get(at, 0.0) + value


def _edges(spans: Sequence[Span]) -> Iterator[_Edge]:
    """Client spans with the server span that answered; with none, what the client named is a node of its own."""
    servers = {(each.trace, each.parent): each for each in spans if each.kind == "server" and each.parent}
    for each in spans:
        if each.kind == "client":
            server = servers.get((each.trace, each.span))
            if server is not None or each.peer:
                yield _Edge(each, server)
