"""What is asked of which metrics: known families, one question per measure, answered by workload or node.

Units are those that `midwatch.detectors.performance` weighs: milliseconds, per cent, cores, requests and KB a
second.
Source: istio.io/latest/docs/reference/config/metrics, opentelemetry.io/docs/specs/semconv/http/http-metrics,
github.com/google/cadvisor/blob/master/docs/storage/prometheus.md, github.com/prometheus/node_exporter,
docs.coroot.com/metrics/node-agent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from midwatch.domain.observation import Measure
from midwatch.sources.prometheus import expressions as promql
from midwatch.sources.prometheus.baseline import Limits
from midwatch.sources.prometheus.expressions import Shape

_LATENCY = Limits(10.0, 0.3)
_ERRORS = Limits(1.0, 0.5)
_TRAFFIC = Limits(0.5, 0.4)
_CONTAINER = '{container!="", container!="POD"}'
_TCP = ("container_net_latency_seconds", "kube_pod_info")


@dataclass(frozen=True, slots=True)
class Question:
    """One query. It is asked when all metrics of `needs` exist and no earlier question has answered `topic`.

    `what` begins the detail of its signals; `gone` is the value of series that end while others go on.
    """

    topic: str
    measure: Measure
    needs: tuple[str, ...]
    expression: Callable[[Shape], str]
    unit: str
    limits: Limits
    what: str
    gone: float | None = None
    node: bool = False


_ISTIO = "istio_request_duration_milliseconds"
_OTEL = "http_server_request_duration_seconds"

QUESTIONS: tuple[Question, ...] = (
    Question(
        "mean", Measure.LATENCY, (f"{_ISTIO}_sum", f"{_ISTIO}_count"),
        lambda _: promql.istio_mean(_ISTIO), "ms", _LATENCY, "mean time to answer requests",
    ),
    Question(
        "tail", Measure.LATENCY, (f"{_ISTIO}_bucket",),
        lambda _: promql.istio_quantile(_ISTIO, 0.95), "ms", _LATENCY, "p95 of the time to answer requests",
    ),
    Question(
        "errors", Measure.ERRORS, ("istio_requests_total",),
        lambda _: promql.istio_errors("istio_requests_total"), "%", _ERRORS, "requests that failed",
    ),
    Question(
        "traffic", Measure.TRAFFIC, ("istio_requests_total",),
        lambda _: promql.istio_rate("istio_requests_total"), " req/s", _TRAFFIC, "requests received", gone=0.0,
    ),
    Question(
        "mean", Measure.LATENCY, (f"{_OTEL}_sum", f"{_OTEL}_count"),
        lambda _: promql.otel_mean(_OTEL), "ms", _LATENCY, "mean time to answer requests",
    ),
    Question(
        "tail", Measure.LATENCY, (f"{_OTEL}_bucket",),
        lambda _: promql.otel_quantile(_OTEL, 0.95), "ms", _LATENCY, "p95 of the time to answer requests",
    ),
    Question(
        "errors", Measure.ERRORS, (f"{_OTEL}_count",),
        lambda _: promql.otel_errors(f"{_OTEL}_count"), "%", _ERRORS, "requests that failed",
    ),
    Question(
        "traffic", Measure.TRAFFIC, (f"{_OTEL}_count",),
        lambda _: promql.otel_rate(f"{_OTEL}_count"), " req/s", _TRAFFIC, "requests received", gone=0.0,
    ),
    Question(
        "cpu", Measure.CPU, ("container_cpu_usage_seconds_total",),
        lambda shape: shape.by_workload("sum", promql.rate("container_cpu_usage_seconds_total", _CONTAINER)),
        " cores", Limits(0.03, 0.4), "CPU used by all pods",
    ),
    Question(
        "throttling", Measure.CPU_THROTTLING,
        ("container_cpu_cfs_throttled_periods_total", "container_cpu_cfs_periods_total"),
        lambda shape: promql.percentage(
            shape.by_workload("sum", promql.rate("container_cpu_cfs_throttled_periods_total", _CONTAINER)),
            shape.by_workload("sum", promql.rate("container_cpu_cfs_periods_total", _CONTAINER)),
        ),
        "%", Limits(5.0, 0.3), "CPU periods in which it was throttled",
    ),
    Question(
        "memory", Measure.MEMORY, ("container_memory_working_set_bytes", "container_spec_memory_limit_bytes"),
        lambda shape: shape.by_workload(
            "max",
            f"(100 * container_memory_working_set_bytes{_CONTAINER} / on (namespace, pod, container)"
            f" (max by (namespace, pod, container) (container_spec_memory_limit_bytes{_CONTAINER}) > 0))",
        ),
        "%", Limits(10.0, 0.1), "memory used of its limit, in the fullest container",
    ),
    Question(
        "network", Measure.NETWORK_TRAFFIC, ("container_network_receive_bytes_total",),
        lambda shape: shape.by_workload("sum", promql.rate("container_network_receive_bytes_total")) + " / 1024",
        " KB/s", Limits(20.0, 0.6), "bytes received from the network", gone=0.0,
    ),
    Question(
        "drops", Measure.NETWORK_ERRORS,
        ("container_network_receive_packets_dropped_total", "container_network_receive_packets_total"),
        lambda shape: promql.percentage(
            shape.by_workload("sum", promql.rate("container_network_receive_packets_dropped_total")),
            shape.by_workload("sum", promql.rate("container_network_receive_packets_total")),
        ),
        "%", Limits(0.5, 1.0), "packets dropped",
    ),
    Question(
        "rtt", Measure.NETWORK_RTT, _TCP,
        lambda shape: f"1000 * {shape.by_callee('quantile', 'container_net_latency_seconds', '0.5, ')}",
        "ms", Limits(2.0, 0.5), "median network round trip of connections to it",
    ),
    Question(
        "retransmits", Measure.NETWORK_RETRANSMITS, ("container_net_tcp_retransmits_total", "kube_pod_info"),
        lambda shape: shape.by_callee("sum", promql.rate("container_net_tcp_retransmits_total")),
        "/s", Limits(0.3, 1.0), "TCP segments sent again on connections to it",
    ),
    Question(
        "node cpu", Measure.CPU, ("node_cpu_seconds_total",),
        lambda shape: promql.idle_to_busy(
            shape.by_node("sum", promql.rate("node_cpu_seconds_total", '{mode="idle"}')),
            shape.by_node("sum", promql.rate("node_cpu_seconds_total")),
        ),
        "%", Limits(15.0, 0.2), "CPU of the node in use", node=True,
    ),
    Question(
        "node memory", Measure.MEMORY, ("node_memory_MemAvailable_bytes", "node_memory_MemTotal_bytes"),
        lambda shape: promql.idle_to_busy(shape.by_node("min", "node_memory_MemAvailable_bytes"),
                                          shape.by_node("min", "node_memory_MemTotal_bytes")),
        "%", Limits(10.0, 0.1), "memory of the node in use", node=True,
    ),
    Question(
        "node disk", Measure.DISK_IO, ("node_disk_io_time_seconds_total",),
        lambda shape: f"100 * {shape.by_node('max', promql.rate('node_disk_io_time_seconds_total'))}",
        "%", Limits(20.0, 0.5), "time in which a disk of the node was busy", node=True,
    ),
    Question(
        "node retransmits", Measure.NETWORK_RETRANSMITS,
        ("node_netstat_Tcp_RetransSegs", "node_netstat_Tcp_OutSegs"),
        lambda shape: promql.percentage(shape.by_node("sum", promql.rate("node_netstat_Tcp_RetransSegs")),
                                        shape.by_node("sum", promql.rate("node_netstat_Tcp_OutSegs"))),
        "%", Limits(1.0, 1.0), "TCP segments that the node sent again", node=True,
    ),
    Question(
        "node drops", Measure.NETWORK_ERRORS,
        ("node_network_receive_drop_total", "node_network_receive_packets_total"),
        lambda shape: promql.percentage(shape.by_node("sum", promql.rate("node_network_receive_drop_total")),
                                        shape.by_node("sum", promql.rate("node_network_receive_packets_total"))),
        "%", Limits(0.5, 1.0), "packets that the node dropped", node=True,
    ),
)  # fmt: skip


def askable(names: frozenset[str]) -> Iterator[Question]:
    """The questions that these metrics can answer, the first for each topic."""
    topics: set[str] = set()
    for each in QUESTIONS:
        if each.topic not in topics and names.issuperset(each.needs):
            topics.add(each.topic)
            yield each
