"""The benchmark's alert lines as signals: `KIND [what] | series: Normal=24.30ms -> Current=85.41ms (+251.5%)`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from midwatch.domain.json import JSON
from midwatch.domain.observation import Measure, Signal
from midwatch.domain.resource import Ref

_CHANGE = re.compile(r"Normal=([0-9.]+)\s*([^\s>-]*) -> Cur(?:rent)?=([0-9.]+)")
_VALUE = re.compile(r"Val: ([0-9.]+)(\w*)")
_MEASURES = (
    ("cpu_cfs", Measure.CPU_THROTTLING),
    ("cpu", Measure.CPU),
    ("memory", Measure.MEMORY),
    ("retrans", Measure.NETWORK_RETRANSMITS),
    ("network_quality", Measure.NETWORK_ERRORS),
    ("rtt", Measure.NETWORK_RTT),
    ("disk", Measure.DISK_IO),
    ("traffic_anomaly", Measure.NETWORK_TRAFFIC),
    ("throughput", Measure.TRAFFIC),
    ("latency", Measure.LATENCY),
    ("error", Measure.ERRORS),
    ("success", Measure.ERRORS),
)


def signals(answer: JSON, namespace: str, source: str) -> Iterator[Signal]:
    """Signals of all alerts; failed business actions are errors of their entry service."""
    alerts = answer.get("alerts") if isinstance(answer, dict) else None
    for alert in alerts if isinstance(alerts, list) else []:
        if isinstance(alert, dict):
            yield from _alert(alert, namespace, source)


def _alert(alert: dict[str, JSON], namespace: str, source: str) -> Iterator[Signal]:
    entry = alert.get("entry_service")
    if isinstance(entry, str):
        yield _business(alert, Ref("Service", namespace, entry), source)
        return
    name, kind, evidence = alert.get("name"), alert.get("type"), alert.get("evidence")
    if not isinstance(name, str) or not isinstance(evidence, list):
        return
    subject = Ref("Node", "", name) if kind == "Node" else Ref("Service", namespace, name)
    for line in evidence:
        if isinstance(line, str):
            yield from _line(line, subject, source)


def _business(alert: dict[str, JSON], subject: Ref, source: str) -> Signal:
    count = alert.get("occurrences")
    times = float(count) if isinstance(count, int | float) else None
    return Signal(subject, Measure.ERRORS, 0.0, times, "errors", str(alert.get("raw_error", "")), source=source)


def _line(line: str, subject: Ref, source: str) -> Iterator[Signal]:
    head, *parts = [part.strip() for part in line.split("|")]
    measure = next((each for word, each in _MEASURES if word in head.lower()), None)
    if measure is None:
        return
    worst: Signal | None = None
    for part in parts or [""]:
        signal = _part(part, measure, subject, f"{head} | {part}", source)
        if worst is None or (signal.current or 0) > (worst.current or 0):
            worst = signal
    if worst is not None:
        yield worst


def _part(part: str, measure: Measure, subject: Ref, detail: str, source: str) -> Signal:
    change = _CHANGE.search(part)
    if change is not None:
        normal, unit, current = change.groups()
        return Signal(subject, measure, _number(normal), _number(current), unit, detail, source=source)
    value = _VALUE.search(part)
    if value is not None:
        return Signal(subject, measure, None, _number(value[1]), value[2], detail, source=source)
    return Signal(subject, measure, None, None, "", detail, source=source)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
