"""performance: which of many anomalous services is the cause: the deepest one, as far as calls tell.

Method: anomalies travel against the direction of calls (a slow callee makes its callers slow), while missing
traffic travels with it. So a service is a victim when something that it calls, directly or not, is anomalous too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from midwatch.detectors._ages import newest
from midwatch.detectors.common import MAX_FACTS
from midwatch.detectors.performance._node_correlation import Suspect, suspect_nodes
from midwatch.detectors.performance._profiles import Profile, profiles, signal_fact
from midwatch.detectors.performance._service_map import ServiceMap
from midwatch.domain.finding import Claim, Finding, Severity
from midwatch.domain.inventory import Inventory
from midwatch.domain.observation import Call, Signal
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_SHARE = 0.05
"""Part of a caller's added latency that a callee must add itself to explain it (callers may call many times)."""

_BUSY = 0.4
_SATURATED = 0.8
_MOVED = 0.3
_UNWELL = 0.4
"""Factor for claims about a workload whose pods have other, visible trouble."""

_GUESSED = 0.6
"""Factor when no calls are known, so that the deepest service is a guess."""

_SILENT = 0.25
"""Belief that not the slow workload but the back end behind it is late."""

_ELSEWHERE = 0.5
"""Factor for claims about a workload when its node explains more."""


def correlate(inventory: Inventory, signals: Sequence[Signal], calls: Sequence[Call]) -> Iterator[Finding]:
    """Findings about services and nodes from all signals and calls together."""
    services = ServiceMap(inventory, calls)
    picture = _Picture(services, profiles(signals, services))
    suspects = suspect_nodes(services, picture.found, picture.roots)
    yield from (each.finding() for each in suspects)
    for ref in picture.roots:
        yield _root(picture, picture.found[ref], suspects)
    for ref, by in picture.victims.items():
        yield _victim(picture.found[ref], by)
    if not picture.anomalous:
        yield from _saturated(picture)
        yield from _traffic(picture)


@dataclass(frozen=True)
class _Picture:
    """All profiles, and who is whose victim."""

    services: ServiceMap
    found: Mapping[Ref, Profile]

    @cached_property
    def anomalous(self) -> list[Ref]:
        """Workloads whose callers notice something; a busy back end too, which tells no latency of its own."""
        noticed = [ref for ref, each in self.found.items() if ref.kind != "Node" and each.is_anomalous]
        below = {callee for ref in noticed for callee in self.services.callees.get(ref, ())} - {*noticed}
        return noticed + [ref for ref in self.found if ref in below and self._is_busy_backend(ref)]

    def _is_busy_backend(self, ref: Ref) -> bool:
        found = self.found[ref]
        return found.saturation >= _BUSY and found.surge < _MOVED and self.services.is_backend(ref)

    def silent_backends(self, ref: Ref) -> list[Ref]:
        """Back ends that a workload calls and of which nobody measures how late they answer."""
        return sorted(
            each
            for each in self.services.callees.get(ref, ())
            if each not in self.found and self.services.is_backend(each)
        )

    @cached_property
    def victims(self) -> dict[Ref, Ref]:
        """Anomalous workloads by the one below that explains them best."""
        if self.services.is_blind and len(self.anomalous) > 1:
            return self._without_calls()
        explained = ((ref, self._explanation(ref)) for ref in self.anomalous)
        return {ref: by for ref, by in explained if by is not None}

    @cached_property
    def roots(self) -> list[Ref]:
        """Anomalous workloads that nothing below explains."""
        return [each for each in self.anomalous if each not in self.victims]

    @cached_property
    def _deepest_first(self) -> list[Ref]:
        return sorted(self.anomalous, key=lambda each: _depth(self.found[each]), reverse=True)

    def _explanation(self, ref: Ref) -> Ref | None:
        """The worst anomaly below that is large enough, else what is down there."""
        below = self.services.reachable(ref) - {ref}
        mine = self.found[ref]
        reasons = (
            each for each in self._deepest_first if each in below and self._explains(self.found[each], mine)
        )
        return next(reasons, None) or min(below & self.services.down, default=None)

    def _explains(self, below: Profile, above: Profile) -> bool:
        if above.ref in self.services.reachable(below.ref) and _depth(below) <= _depth(above):
            return False  # they call each other: the one that is worse off explains the other
        if above.latency and below.latency:
            return below.rise >= _SHARE * above.rise
        return below.hurt >= 0.3 or bool(below.latency) or self._is_busy_backend(below.ref)

    def _without_calls(self) -> dict[Ref, Ref]:
        """Nobody told who calls whom: a busy service, else the one that slowed down most, is the deepest."""
        first = max(self.anomalous, key=lambda each: _depth(self.found[each]))
        return {each: first for each in self.anomalous if each != first and self.found[each].saturation < _BUSY}


def _depth(found: Profile) -> tuple[bool, float, float]:
    return found.saturation >= _BUSY, min(found.growth, 1e6), found.hurt


def _root(picture: _Picture, found: Profile, suspects: Sequence[Suspect]) -> Finding:
    claims, why = _verdict(found)
    factor = _UNWELL if picture.services.is_unwell(found.ref) else 1.0
    guessed = picture.services.is_blind and len(picture.anomalous) > 1 and found.saturation < _BUSY
    if guessed:
        factor *= _GUESSED
    if found.saturation < _BUSY and any(found.ref in each.affected for each in suspects):
        factor *= _ELSEWHERE
    callers = [ref for ref, by in picture.victims.items() if by == found.ref]
    silent = picture.silent_backends(found.ref) if found.latency and found.saturation < _BUSY else []
    return Finding(
        "performance/deepest-anomaly",
        found.ref,
        Text(
            f"{found.ref} {why.en}, and {_basis(guessed).en}; {len(callers)} other services may suffer from it",
            f"{found.ref} {why.zh},{_basis(guessed).zh};另有 {len(callers)} 个服务可能受其影响",
        ),
        Severity.ERROR,
        claims=(
            *(Claim(cause, found.ref, round(strength * factor, 3)) for cause, strength in claims),
            *(Claim("network-delay", each, _SILENT) for each in silent[:1]),
        ),
        facts=tuple(signal_fact(each) for each in found.signals[: 2 * MAX_FACTS]),
        affected=tuple(callers),
        since=newest(each.since for each in found.signals),
    )


def _basis(guessed: bool) -> Text:
    if guessed:
        return Text("it changed most, while who calls whom is unknown", "其变化最大,但服务间的调用关系未知")
    return Text("nothing that it calls is anomalous", "而它所调用的服务均无异常")


def _verdict(found: Profile) -> tuple[tuple[tuple[str, float], ...], Text]:
    """Causes with strengths, and the words for them: own saturation first, then the network, then the unknown."""
    if found.saturation >= _BUSY:
        return _busy(found)
    if max(found.memory, found.disk) >= 0.5:
        cause = "memory-saturated" if found.memory >= found.disk else "disk-io-saturated"
        strength = 0.5 + 0.3 * max(found.memory, found.disk)
        return ((cause, strength),), Text("runs out of memory or disk throughput", "内存或磁盘吞吐已饱和")
    if max(found.rtt, found.loss) >= 0.3:
        cause, other = ("network-delay", "network-loss")[:: 1 if found.rtt >= found.loss else -1]
        return ((cause, 0.8), (other, 0.3)), Text("has a bad network connection", "网络连接质量下降")
    if found.latency:
        return _slow(found)
    lost = max(found.drop, found.vanished)
    network = (("network-loss", 0.3 + 0.2 * lost),) if lost >= 0.3 else ()
    return (("error-rate-high", 0.4), *network), Text("answers with errors or not at all", "返回错误或不再应答")


def _busy(found: Profile) -> tuple[tuple[tuple[str, float], ...], Text]:
    strength = 0.55 + 0.3 * found.saturation + (0.05 if found.latency else 0.0)
    words = Text("uses far more CPU than usual or is throttled", "CPU 使用远高于平时或被限流")
    surge = (("traffic-surge", 0.3 * found.surge),) if found.surge >= 0.3 else ()
    if found.cpu >= 0.3:
        return (("cpu-overload", strength), ("cpu-throttled", 0.3), *surge), words
    return (("cpu-throttled", strength - 0.1), ("cpu-overload", 0.5), *surge), words


def _slow(found: Profile) -> tuple[tuple[tuple[str, float], ...], Text]:
    """Late without being busy: what happens between the requests and the process, which is the network.

    Unless that was measured and is as it was: then the workload itself waits for something.
    """
    if found.near:
        words = Text(
            f"answers {found.rise:.0f} ms later than usual, although it is not busy and its network is as fast",
            f"响应比平时慢 {found.rise:.0f} 毫秒,但自身资源并不繁忙,网络往返也正常",
        )
        return (("latency-high", 0.4 + 0.35 * found.latency), ("network-delay", 0.1)), words
    words = Text(
        f"answers {found.rise:.0f} ms later than usual although it is not busy",
        f"响应比平时慢 {found.rise:.0f} 毫秒,但自身资源并不繁忙",
    )
    return (("network-delay", 0.35 + 0.35 * found.latency), ("latency-high", 0.3)), words


def _victim(found: Profile, by: Ref) -> Finding:
    cause = "latency-high" if found.latency >= found.errors else "error-rate-high"
    return Finding(
        "performance/victim",
        found.ref,
        Text(
            f"{found.ref} is slow or failing, as {by}, which it depends on, is",
            f"{found.ref} 变慢或出错,因为它依赖的 {by} 出现异常",
        ),
        Severity.WARNING,
        claims=(Claim(cause, found.ref, 0.2),),
        facts=tuple(signal_fact(each) for each in found.signals[:MAX_FACTS]),
        since=newest(each.since for each in found.signals),
    )


def _saturated(picture: _Picture) -> Iterator[Finding]:
    """A workload far busier than its traffic explains, although nobody waits for it yet: the busiest one."""
    busy = [each for ref, each in picture.found.items() if ref.kind != "Node" and each.saturation >= _SATURATED]
    found = max(
        (each for each in busy if each.surge < _MOVED), key=lambda each: each.cpu + each.throttling, default=None
    )
    if found is None:
        return
    both = min(found.cpu, found.throttling) >= _BUSY
    cause = "cpu-overload" if found.cpu >= found.throttling or both else "cpu-throttled"
    yield Finding(
        "performance/saturated",
        found.ref,
        Text(
            f"{found.ref} uses far more CPU than usual or is throttled, though nobody answers late",
            f"{found.ref} 的 CPU 使用远高于平时或被限流,但尚无服务变慢",
        ),
        Severity.WARNING,
        claims=(Claim(cause, found.ref, 0.6 if both else 0.5),),
        facts=tuple(signal_fact(each) for each in found.signals[:MAX_FACTS]),
        since=newest(each.since for each in found.signals),
    )


def _traffic(picture: _Picture) -> Iterator[Finding]:
    """Traffic that fell or rose although nobody answers late or wrongly: told once, where it enters."""
    moving = {ref for ref, each in picture.found.items() if max(each.drop, each.surge) >= _MOVED}
    inherited = {callee for ref in moving for callee in picture.services.callees.get(ref, ())}
    for ref, each in picture.found.items():
        if ref in moving and ref not in inherited and ref.kind != "Node":
            cause = "traffic-lost" if each.drop >= each.surge else "traffic-surge"
            yield Finding(
                f"performance/{cause}",
                ref,
                Text(f"The traffic of {ref} changed sharply", f"{ref} 的流量发生剧烈变化"),
                Severity.WARNING,
                claims=(Claim(cause, ref, 0.3),),
                facts=tuple(signal_fact(signal) for signal in each.signals[:MAX_FACTS]),
            )
