"""Who calls whom, from what proxies and traces count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from midwatch.domain.observation import Call
from midwatch.domain.resource import Ref
from midwatch.sources.prometheus.api import Api

_RECENT = "1h"
_ISTIO = ("istio_requests_total", "istio_tcp_connections_opened_total")
_GRAPH = "traces_service_graph_request_total"
_ISTIO_LABELS = (
    "source_workload, source_workload_namespace, destination_workload, destination_workload_namespace,"
    " destination_service_name, destination_service_namespace"
)
_SIDE_NAMESPACES = ("k8s_namespace_name", "service_namespace", "namespace")
_GRAPH_LABELS = ", ".join(
    ["client", "server", *(f"{side}_{each}" for side in ("client", "server") for each in _SIDE_NAMESPACES)]
)


def sources_of(names: frozenset[str]) -> tuple[str, ...]:
    """The metrics that tell who calls whom."""
    return tuple(each for each in (*_ISTIO, _GRAPH) if each in names)


async def read_calls(api: Api, metrics: tuple[str, ...], source: str) -> list[Call]:
    """Each edge once, in order. Raises `CannotAsk`."""
    found: dict[tuple[Ref, Ref], Call] = {}
    for metric in metrics:
        labels = _GRAPH_LABELS if metric == _GRAPH else _ISTIO_LABELS
        read = _traced if metric == _GRAPH else _meshed
        for row in await api.instant(f"sum by ({labels}) (increase({metric}[{_RECENT}])) > 0"):
            for caller, callee in read(row.metric):
                found.setdefault((caller, callee), Call(caller, callee, f"{source} {metric}"))
    return [found[each] for each in sorted(found)]


def _meshed(labels: Mapping[str, str]) -> Iterator[tuple[Ref, Ref]]:
    caller = _ref("Deployment", labels, "source_workload", ("source_workload_namespace",))
    callee = _ref("Deployment", labels, "destination_workload", ("destination_workload_namespace",))
    service = ("destination_service_namespace", "source_workload_namespace")
    callee = callee or _ref("Service", labels, "destination_service_name", service)
    if caller is not None and callee is not None and caller != callee:
        yield caller, callee


def _traced(labels: Mapping[str, str]) -> Iterator[tuple[Ref, Ref]]:
    """Service names are most often those of workloads; what is outside of a namespace is beside its caller."""
    of_client = tuple(f"client_{each}" for each in _SIDE_NAMESPACES)
    of_server = tuple(f"server_{each}" for each in _SIDE_NAMESPACES)
    caller = _ref("Deployment", labels, "client", of_client)
    callee = _ref("Deployment", labels, "server", (*of_server, *of_client))
    if caller is not None and callee is not None and caller != callee:
        yield caller, callee


def _ref(kind: str, labels: Mapping[str, str], name: str, namespaces: tuple[str, ...]) -> Ref | None:
    found = labels.get(name, "")
    namespace = next((labels[each] for each in namespaces if labels.get(each, "unknown") != "unknown"), "")
    return Ref(kind, namespace, found) if namespace and found not in ("", "unknown") else None
