"""performance: golden signals that left their baseline; alone they say little, together who is to blame."""

from __future__ import annotations

from collections.abc import Iterator

from midwatch.detectors.performance._correlation import correlate
from midwatch.detectors.performance._profiles import signal_fact
from midwatch.detectors.performance._service_map import ServiceMap
from midwatch.detectors.performance._weights import has_vanished, is_drop, weight
from midwatch.domain.finding import Claim, Finding, Severity
from midwatch.domain.inventory import Inventory
from midwatch.domain.observation import Measure, Observation, Signal
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_MEASURES: dict[Measure, tuple[str, str, float]] = {
    Measure.LATENCY: ("latency-high", "", 0.25),
    Measure.ERRORS: ("error-rate-high", "", 0.25),
    Measure.NETWORK_RTT: ("network-delay", "node-network-delay", 0.4),
    Measure.NETWORK_RETRANSMITS: ("network-loss", "node-network-loss", 0.4),
    Measure.NETWORK_ERRORS: ("network-loss", "node-network-loss", 0.4),
    Measure.CPU: ("cpu-overload", "cpu-overload", 0.4),
    Measure.CPU_THROTTLING: ("cpu-throttled", "cpu-throttled", 0.35),
    Measure.MEMORY: ("memory-saturated", "node-memory-pressure", 0.4),
    Measure.DISK_IO: ("disk-io-saturated", "disk-io-saturated", 0.4),
}
"""Per measure: the cause at a workload, the one at a node, and the strength of the clearest signal."""

_NOTICEABLE = 0.1

NAMES: dict[Measure, Text] = {
    Measure.LATENCY: Text("latency", "延迟"),
    Measure.ERRORS: Text("error rate", "错误率"),
    Measure.TRAFFIC: Text("request rate", "请求速率"),
    Measure.NETWORK_TRAFFIC: Text("network traffic", "网络流量"),
    Measure.NETWORK_RTT: Text("network round-trip time", "网络往返时间"),
    Measure.NETWORK_RETRANSMITS: Text("TCP retransmissions", "TCP 重传"),
    Measure.NETWORK_ERRORS: Text("network errors", "网络错误"),
    Measure.CPU: Text("CPU use", "CPU 使用"),
    Measure.CPU_THROTTLING: Text("CPU throttling", "CPU 限流"),
    Measure.MEMORY: Text("memory use", "内存使用"),
    Measure.DISK_IO: Text("disk load", "磁盘负载"),
    Measure.RESTARTS: Text("restarts", "重启次数"),
}


def read_signal(inventory: Inventory, observation: Observation) -> Iterator[Finding]:
    """What one signal says by itself: a weak claim, as no signal alone tells cause from consequence.

    Source: sre.google/sre-book/monitoring-distributed-systems (golden signals), brendangregg.com/usemethod.html.
    """
    if not isinstance(observation, Signal):
        return
    said = _meaning(observation)
    if said is None:
        return
    cause, strength = said
    subject = ServiceMap(inventory, ()).workload(observation.subject)
    name = NAMES[observation.measure]
    yield Finding(
        f"performance/{observation.measure.value}",
        subject,
        Text(
            f"{name.en.capitalize()} of {subject} left its baseline: {_change(observation)}",
            f"{subject} 的{name.zh}偏离基线:{_change(observation)}",
        ),
        Severity.WARNING,
        claims=(Claim(cause, subject, round(strength, 3)),),
        facts=(signal_fact(observation),),
        since=observation.since,
    )


def _meaning(signal: Signal) -> tuple[str, float] | None:
    if has_vanished(signal):
        return "error-rate-high", 0.2
    strong = weight(signal)
    if strong < _NOTICEABLE:
        return None
    if signal.measure in (Measure.TRAFFIC, Measure.NETWORK_TRAFFIC):
        return ("traffic-lost" if is_drop(signal) else "traffic-surge"), 0.15 * strong
    known = _MEASURES.get(signal.measure)
    if known is None:
        return None
    at_workload, at_node, most = known
    cause = at_node if _is_node(signal.subject) else at_workload
    return (cause, most * strong) if cause else None


def _is_node(subject: Ref) -> bool:
    return subject.kind == "Node"


def _change(signal: Signal) -> str:
    if signal.normal is None or signal.current is None:
        return signal.detail[:160] or "no numbers were recorded"
    return f"{signal.normal:g}{signal.unit} -> {signal.current:g}{signal.unit}"


READERS = (read_signal,)
CORRELATORS = (correlate,)
