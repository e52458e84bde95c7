"""What a service mesh's proxies count: Istio's standard metrics (istio.io/latest/docs/reference/config/metrics).

Proxies on both sides report; the caller's alone sees connections that fail. gRPC failures carry the HTTP code that
they amount to beside their own status. Also ingress-nginx' own counters.
"""

from __future__ import annotations

from midwatch.lab.core.env import Env
from midwatch.lab.core.metrics import Labels, labels
from midwatch.lab.network.connection import Connection, Failure
from midwatch.lab.traffic.arrivals import Arrival
from midwatch.lab.traffic.curve import share_within
from midwatch.lab.traffic.links import Called, Link, Links, is_database
from midwatch.lab.traffic.model import Done, Flow
from midwatch.lab.traffic.stations import Station
from midwatch.lab.world.programs import Protocol

BUCKETS = (1.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 2500.0, 5000.0, 10_000.0)
"""Milliseconds."""
_BYTES = 600.0
_GRPC = {"500": "13", "503": "14", "504": "4"}
_CERTAIN = 30.0
"""So many times the mean, and no request takes longer."""
_DURATION = "istio_request_duration_milliseconds"


class _Series:
    """One series of requests with its histogram (milliseconds)."""

    __slots__ = ("at", "bounds", "count", "total", "within")

    def __init__(self, at: Labels) -> None:
        self.at = at
        texts = (*(f"{each:g}" for each in BUCKETS), "+Inf")
        self.bounds: list[Labels] = [tuple(sorted((*at, ("le", each)))) for each in texts]
        self.within = [0.0] * len(BUCKETS)
        self.count = self.total = 0.0

    def add(self, count: float, milliseconds: float) -> None:
        """So many requests more, of this mean duration."""
        self.count += count
        self.total += count * milliseconds
        for at, bound in enumerate(BUCKETS):
            certain = bound > milliseconds * _CERTAIN
            self.within[at] += count if certain else count * share_within(milliseconds, bound)


def _labels(*parts: str) -> Labels:
    reporter, source, source_space, target, target_space, name, space, protocol, code = parts
    grpc = protocol == Protocol.GRPC.value
    return labels(
        reporter=reporter,
        source_workload=source,
        source_workload_namespace=source_space,
        destination_workload=target,
        destination_workload_namespace=target_space,
        destination_service=f"{name}.{space}.svc.cluster.local" if space else name,
        destination_service_name=name,
        destination_service_namespace=space,
        request_protocol="grpc" if grpc else "http",
        response_code=code,
        response_flags={"503": "UF", "504": "UT"}.get(code, "-"),
        grpc_response_status=_GRPC.get(code, "0") if grpc else "",
    )


class Mesh:
    """Counts calls by caller, callee and response code."""

    def __init__(self, env: Env, links: Links) -> None:
        self._env = env
        self._links = links
        self._series: dict[tuple[str, ...], _Series] = {}
        env.metrics.collector(self._collect)

    def count(self, flow: Flow, seconds: float) -> None:
        """Count this tick's calls between services."""
        for (cohort, name, dependency, operation), rps in flow.edges.items():
            node, done = flow.nodes[cohort, name], flow.done.get((cohort, name))
            link = self._links.of(node.cohort, dependency)
            used = _used(done, dependency, operation)
            if link is None or used is None:
                continue
            if is_database(link.dependency.protocol):
                self._tcp(node.cohort.first, link, rps, seconds)
            else:
                self._calls(node.cohort.first, link, operation, used, rps * seconds)

    def arrivals(self, arrivals: list[Arrival], seconds: float) -> None:
        """Count the requests from clients, in front of which there may be an ingress controller."""
        for each in arrivals:
            share = each.rps * seconds / each.ways
            for connection, station in each.open:
                if station is not None:
                    name = station.operation(each.operation).name
                    wrong = station.errors.get(name, 0.0)
                    source = ("unknown", "unknown")
                    if connection.via is not None:
                        source = "ingress-nginx-controller", connection.via.namespace
                    self._arrived(source, station, connection, name, Protocol.HTTP, share, wrong)
                    self._nginx(connection, share * (1 - wrong), "200")
                    self._nginx(connection, share * wrong, "500")
            for connection in each.shut:
                self._nginx(connection, share, _nginx_code(connection))

    def _nginx(self, connection: Connection, count: float, code: str) -> None:
        if connection.via is None or count <= 0:
            return
        service = connection.service
        at = labels(
            controller_pod=connection.via.pod,
            host=connection.host,
            exported_namespace=service.namespace if service is not None else "",
            exported_service=service.name if service is not None else "",
            status=code,
        )
        self._env.metrics.add("nginx_ingress_controller_requests", at, count)

    def _calls(self, caller: Station, link: Link, operation: str, called: Called, count: float) -> None:
        source = caller.name, caller.process.namespace
        share = count * (1 - link.crowded) / max(link.ways, 1)
        for connection, station in link.open:
            if station is not None:
                name = station.operation(operation).name
                wrong = station.errors.get(name, 0.0)
                self._arrived(source, station, connection, name, link.dependency.protocol, share, wrong)
        for connection in link.shut:
            code = "504" if connection.failure is Failure.TIMEOUT else "503"
            self._one("source", source, None, connection, link.dependency.protocol, code, share, called.seconds)

    def _arrived(
        self,
        source: tuple[str, str],
        station: Station,
        connection: Connection,
        name: str,
        protocol: Protocol,
        count: float,
        wrong: float,
    ) -> None:
        taken = station.seconds.get(name, 0.0)
        for code, part in (("200", 1 - wrong), ("500", wrong)):
            if part * count <= 0:
                continue
            self._one("destination", source, station, connection, protocol, code, count * part, taken)
            whole = taken + connection.seconds
            self._one("source", source, station, connection, protocol, code, count * part, whole)

    def _one(
        self,
        reporter: str,
        source: tuple[str, str],
        station: Station | None,
        connection: Connection,
        protocol: Protocol,
        code: str,
        count: float,
        seconds: float,
    ) -> None:
        service = connection.service
        name = service.name if service is not None else connection.host
        space = service.namespace if service is not None else ""
        target = (station.name, station.process.namespace) if station is not None else ("unknown", "unknown")
        if station is None and service is not None:
            target = service.name, service.namespace
        key = reporter, *source, *target, name, space, protocol.value, code
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = _Series(_labels(*key))
        series.add(count, seconds * 1000)

    def _collect(self) -> None:
        families: dict[str, dict[Labels, float]] = {
            f"{_DURATION}_{each}": {} for each in ("bucket", "sum", "count")
        }
        requests: dict[Labels, float] = {}
        for each in self._series.values():
            requests[each.at] = families[f"{_DURATION}_count"][each.at] = each.count
            families[f"{_DURATION}_sum"][each.at] = each.total
            families[f"{_DURATION}_bucket"].update(zip(each.bounds, [*each.within, each.count], strict=True))
        for name, values in families.items():
            self._env.metrics.replace(name, values)
        self._env.metrics.replace("istio_requests_total", requests)

    def _tcp(self, caller: Station, link: Link, rps: float, seconds: float) -> None:
        share = rps * seconds / max(link.ways, 1)
        for connection, flags in [*((each, "-") for each, _ in link.open), *((each, "UF") for each in link.shut)]:
            target = next((station for each, station in link.open if each is connection), None)
            service = connection.service
            at = labels(
                reporter="source",
                source_workload=caller.name,
                source_workload_namespace=caller.process.namespace,
                destination_workload=target.name if target is not None else "unknown",
                destination_workload_namespace=target.process.namespace if target is not None else "unknown",
                destination_service_name=service.name if service is not None else connection.host,
                response_flags=flags,
            )
            metrics = self._env.metrics
            metrics.add("istio_tcp_connections_opened_total", at, share / 20 if flags == "-" else share)
            metrics.add("istio_tcp_connections_closed_total", at, share / 20 if flags == "-" else share)
            if flags == "-":
                metrics.add("istio_tcp_sent_bytes_total", at, share * _BYTES)
                metrics.add("istio_tcp_received_bytes_total", at, share * _BYTES * 2)


def _used(done: Done | None, dependency: str, operation: str) -> Called | None:
    """What one kind of an operation's calls came to."""
    calls = done.calls if done is not None else ()
    return next((each for use, each in calls if (use.dependency, use.operation) == (dependency, operation)), None)


def _nginx_code(connection: Connection) -> str:
    if connection.failure is Failure.NOT_FOUND or connection.failure is Failure.UNAVAILABLE:
        return connection.failure.value
    return "504" if connection.failure is Failure.TIMEOUT else "502"
