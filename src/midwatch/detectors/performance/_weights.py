"""performance: how much one signal says, from 0 (nothing) to 1, by ratio and by absolute change.

A change of +4000 % of next to nothing is next to nothing: each measure has a floor in its own unit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from midwatch.domain.observation import Measure, Signal

_MILLISECONDS = {"ms": 1.0, "s": 1000.0, "sec": 1000.0, "seconds": 1000.0, "us": 0.001, "µs": 0.001, "ns": 1e-6}
_MEBI = 2.0**20
_SIDECAR = re.compile(r"\b(?:istio-proxy|linkerd-proxy|envoy|sidecar)\b", re.IGNORECASE)
_SIDECAR_FACTOR = 0.3
_MIN_RISE = 10.0
"""Milliseconds of added latency below which nobody notices."""


def weight(signal: Signal) -> float:
    """How much a signal says about trouble; a drop of traffic counts like a surge, see `is_drop`."""
    rule = _RULES.get(signal.measure)
    found = rule(signal) if rule is not None else 0.0
    factor = _SIDECAR_FACTOR if _SIDECAR.search(signal.detail[:500]) else 1.0
    return found * factor


def clamp(value: float) -> float:
    """The value within 0 and 1; not a number is 0."""
    return min(1.0, max(0.0, value)) if math.isfinite(value) else float(value == math.inf)


def numbers(signal: Signal) -> tuple[float, float]:
    """Normal and current value; unknown, negative and endless ones are 0."""
    return _number(signal.normal), _number(signal.current)


def _number(value: float | None) -> float:
    return value if value is not None and math.isfinite(value) and value > 0 else 0.0


def ratio(signal: Signal) -> float:
    """Current over normal; endless when something came out of nothing."""
    normal, current = numbers(signal)
    if normal <= 0:
        return math.inf if current > 0 else 1.0
    return current / normal


def is_drop(signal: Signal) -> bool:
    """Whether the value fell."""
    normal, current = numbers(signal)
    return current < normal


def rise_ms(signal: Signal) -> float:
    """Milliseconds by which a duration rose; 0 when it fell."""
    normal, current = numbers(signal)
    return max(0.0, current - normal) * _MILLISECONDS.get(signal.unit.strip().lower(), 1.0)


def has_vanished(signal: Signal) -> bool:
    """Whether latency is no longer reported at all: no request is answered any more."""
    normal, current = numbers(signal)
    if signal.measure is not Measure.LATENCY or current > 0:
        return False
    return normal > 0 or any(word in signal.detail.lower() for word in ("missing", "vanished", "nan", "zero"))


def _latency(signal: Signal) -> float:
    rise = rise_ms(signal)
    if rise < _MIN_RISE:
        return 0.0
    return math.sqrt(clamp(rise / 300)) * clamp((ratio(signal) - 1.3) / 1.7)


def _rtt(signal: Signal) -> float:
    return clamp((rise_ms(signal) - 2) / 50) * clamp((ratio(signal) - 1.3) / 1.7)


def _errors(signal: Signal) -> float:
    """Error rates and success rates alike: what counts is by how many per cent of requests they moved."""
    normal, current = numbers(signal)
    moved = abs(current - normal)
    if "%" in signal.unit:
        return clamp((moved - 1) / 20)
    if max(normal, current) <= 1.0:
        return clamp((moved - 0.01) / 0.2)
    return 0.6 * clamp((ratio(signal) - 1.5) / 3) * clamp(moved / 5)


def _traffic(signal: Signal) -> float:
    normal, current = numbers(signal)
    floor = 5.0 if signal.measure is Measure.NETWORK_TRAFFIC else 0.5
    if max(normal, current) < floor:
        return 0.0
    if current < normal:
        return clamp((1 - current / normal - 0.2) / 0.6)
    return clamp((ratio(signal) - 1.5) / 2)


def _network_faults(signal: Signal) -> float:
    normal, current = numbers(signal)
    full = 5.0 if "%" in signal.unit else 2.0
    return clamp((current - normal) / full)


def _cpu(signal: Signal) -> float:
    normal, current = numbers(signal)
    if "%" in signal.unit:
        return clamp((current - 60) / 35) * clamp((ratio(signal) - 1.1) / 0.4)
    cores = (current - normal) / (1000 if signal.unit.strip().lower() in ("m", "millicores") else 1)
    return clamp((cores - 0.03) / 0.09) * clamp((ratio(signal) - 1.4) / 1.6)


def _throttling(signal: Signal) -> float:
    normal, current = numbers(signal)
    return clamp((current - normal - 5) / 30) if "%" in signal.unit else clamp((current - normal - 0.1) / 0.4)


def _memory(signal: Signal) -> float:
    normal, current = numbers(signal)
    if "%" in signal.unit:
        return clamp((current - 80) / 15)
    grown = (current - normal) / (_MEBI if max(normal, current) > _MEBI else 1.0)
    return 0.5 * clamp((ratio(signal) - 1.5) / 1.5) * clamp(grown / 64)


def _disk(signal: Signal) -> float:
    _, current = numbers(signal)
    if "%" in signal.unit:
        return clamp((current - 70) / 25)
    return 0.6 * clamp((ratio(signal) - 2) / 4)


_RULES: dict[Measure, Callable[[Signal], float]] = {
    Measure.LATENCY: _latency,
    Measure.ERRORS: _errors,
    Measure.TRAFFIC: _traffic,
    Measure.NETWORK_TRAFFIC: _traffic,
    Measure.NETWORK_RTT: _rtt,
    Measure.NETWORK_RETRANSMITS: _network_faults,
    Measure.NETWORK_ERRORS: _network_faults,
    Measure.CPU: _cpu,
    Measure.CPU_THROTTLING: _throttling,
    Measure.MEMORY: _memory,
    Measure.DISK_IO: _disk,
}
