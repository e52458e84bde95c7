"""performance: all signals of one workload or node, summed up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from midwatch.detectors.common import shorten
from midwatch.detectors.performance._service_map import ServiceMap
from midwatch.detectors.performance._weights import clamp, has_vanished, is_drop, numbers, ratio, rise_ms, weight
from midwatch.domain.finding import Fact
from midwatch.domain.observation import Measure, Signal
from midwatch.domain.resource import Ref

ANOMALOUS = 0.15
"""Weight from which callers notice."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What is out of the ordinary at `ref`; weights from 0 to 1, `rise` in milliseconds, `resent` as measured.

    `near`: round-trip times to it were measured, and are as they always were.
    """

    ref: Ref
    signals: tuple[Signal, ...]
    latency: float
    rise: float
    growth: float
    errors: float
    vanished: float
    drop: float
    surge: float
    rtt: float
    loss: float
    resent: float
    cpu: float
    throttling: float
    memory: float
    disk: float
    near: bool = False

    @property
    def hurt(self) -> float:
        """How much callers notice: late, wrong or no answers."""
        return max(self.latency, self.errors, self.vanished, self.rtt, self.loss)

    @property
    def saturation(self) -> float:
        """How busy it is by itself; more requests than usual explain a part."""
        return max(self.cpu, self.throttling) * (1 - 0.4 * self.surge)

    @property
    def is_anomalous(self) -> bool:
        """Whether callers would notice."""
        return self.hurt >= ANOMALOUS


def profiles(signals: Iterable[Signal], services: ServiceMap) -> dict[Ref, Profile]:
    """Profiles of all workloads and nodes that signals are about, in the order of the signals."""
    groups: dict[Ref, list[Signal]] = defaultdict(list)
    for each in signals:
        groups[services.workload(each.subject)].append(each)
    return {ref: _profile(ref, found) for ref, found in groups.items()}


def _profile(ref: Ref, signals: Sequence[Signal]) -> Profile:
    latencies = [each for each in signals if each.measure is Measure.LATENCY]
    slowest = max(latencies, key=rise_ms, default=None)
    return Profile(
        ref,
        tuple(signals),
        latency=_most(signals, Measure.LATENCY),
        rise=rise_ms(slowest) if slowest else 0.0,
        growth=ratio(slowest) if slowest else 1.0,
        errors=_most(signals, Measure.ERRORS),
        vanished=0.5 if any(has_vanished(each) for each in latencies) else 0.0,
        drop=_traffic(signals, fell=True),
        surge=_traffic(signals, fell=False),
        rtt=_most(signals, Measure.NETWORK_RTT),
        loss=_most(signals, Measure.NETWORK_RETRANSMITS, Measure.NETWORK_ERRORS),
        resent=_resent(signals),
        cpu=_most(signals, Measure.CPU),
        throttling=_most(signals, Measure.CPU_THROTTLING),
        memory=_most(signals, Measure.MEMORY),
        disk=_most(signals, Measure.DISK_IO),
        near=any(_is_steady(each) for each in signals),
    )


def _is_steady(signal: Signal) -> bool:
    return signal.measure is Measure.NETWORK_RTT and signal.normal is not None and signal.normal == signal.current


def _resent(signals: Sequence[Signal]) -> float:
    """How much more is sent again or dropped than usual, in the unit of the signals."""
    measures = (Measure.NETWORK_RETRANSMITS, Measure.NETWORK_ERRORS)
    pairs = (numbers(each) for each in signals if each.measure in measures)
    return max((current - normal for normal, current in pairs), default=0.0)


def _most(signals: Sequence[Signal], *measures: Measure) -> float:
    return max((weight(each) for each in signals if each.measure in measures), default=0.0)


def _traffic(signals: Sequence[Signal], *, fell: bool) -> float:
    measures = (Measure.TRAFFIC, Measure.NETWORK_TRAFFIC)
    found = (weight(each) for each in signals if each.measure in measures and is_drop(each) is fell)
    return clamp(max(found, default=0.0))


def signal_fact(signal: Signal) -> Fact:
    """A signal as evidence."""
    normal, current = numbers(signal)
    value = signal.detail or f"normal {normal:g}{signal.unit}, now {current:g}{signal.unit}"
    return Fact(signal.subject, f"signal {signal.measure.value}", shorten(value), signal.since, signal.source)
