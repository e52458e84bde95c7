"""Why a probe fails: its port, protocol, path or timing is wrong, or the container is really unwell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from midwatch.detectors._listeners import RESERVED
from midwatch.detectors.probes._probe_cases import Case
from midwatch.detectors.probes._probe_messages import Outcome, ProbeKind
from midwatch.detectors.probes._probe_specs import Aim, budget, declared_ports, is_unreadable
from midwatch.domain.text import Text

_ANSWERED = frozenset({
    Outcome.STATUS, Outcome.NOT_HTTP, Outcome.PLAIN_FOR_TLS, Outcome.TLS_FOR_PLAIN, Outcome.NOT_GRPC,
    Outcome.NOT_SERVING, Outcome.COMMAND_MISSING,
})  # fmt: skip
_UNHEARD = frozenset({Outcome.REFUSED, Outcome.NO_CONNECTION})
_PROTOCOL_PROVEN = {
    Outcome.NOT_HTTP: 0.95,
    Outcome.PLAIN_FOR_TLS: 0.95,
    Outcome.TLS_FOR_PLAIN: 0.95,
    Outcome.NOT_GRPC: 0.92,
}
_PATH_STATUS = {404: 0.85, 405: 0.75, 410: 0.85, 401: 0.7, 403: 0.7, 400: 0.4}
_PROTOCOL_STATUS = {400: 0.5, 415: 0.6, 426: 0.8, 505: 0.8}
_RAW_PORTS = frozenset({3306, 5432, 6379, 27017, 5672, 9092, 11211, 1433, 1521, 2181, 9042})
_RAW_NAMES = ("tcp", "redis", "mysql", "postgres", "pgsql", "mongo", "amqp", "kafka", "sql", "memcache")
_LIVENESS_TIMING = ((3.0, 0.9), (8.0, 0.8), (15.0, 0.6), (30.0, 0.4))
_STARTUP_TIMING = ((10.0, 0.85), (30.0, 0.65), (60.0, 0.5))
_LATE_TIMING = 0.25


class Verdict(NamedTuple):
    """One explanation: the end of a cause id (`wrong-port`), how strongly, and in words."""

    cause: str
    strength: float
    words: Text


def verdicts(case: Case) -> list[Verdict]:
    """Explanations of a failing probe, strongest first; the generic one is always among them."""
    found = [each for rule in (_port, _protocol, _path, _command, _timing) for each in rule(case)]
    if not any(each.strength >= 0.85 for each in found):
        found.append(Verdict("failing", _generic_strength(case), _generic_words(case)))
    return sorted(found, key=lambda each: -each.strength)


def _port(case: Case) -> Iterator[Verdict]:
    aim = case.aim
    if aim.protocol == "exec" or aim.foreign or is_unreadable(case.probe):
        return
    if aim.name and not aim.port:
        words = Text(
            f"checks the port named {aim.name!r}, which the container does not have",
            f"检查名为 {aim.name!r} 的端口，但容器没有这个端口",
        )
        yield Verdict("wrong-port", 0.97, words)
        return
    expected = _expected_ports(case)
    if not expected or aim.port in expected | _neighbours(case) or case.outcome in _ANSWERED:
        return
    if any(each.port == aim.port for each in case.passing.values()):
        return
    shown = ", ".join(map(str, sorted(expected)))
    words = Text(f"checks {aim}, but the container listens on {shown}", f"检查 {aim}，但容器监听的是 {shown}")
    yield Verdict("wrong-port", _port_strength(case), words)


def _expected_ports(case: Case) -> frozenset[int]:
    """Ports the container declares; where it declares none, those its passing probes and Services use."""
    declared = declared_ports(case.container)
    if declared:
        return declared | _targets(case)
    return frozenset(each.port for each in case.passing.values() if each.port) | _targets(case)


def _targets(case: Case) -> frozenset[int]:
    """Numeric target ports of the Services in front of the pod."""
    ports = (port for backing in case.services for port in backing.service.spec.ports)
    found = (each.target_port or each.port for each in ports)
    return frozenset(each for each in found if isinstance(each, int))


def _neighbours(case: Case) -> frozenset[int]:
    """Ports of the other containers, which share the network of the pod."""
    containers = (*case.spec.init_containers, *case.spec.containers)
    others = [each for each in containers if each.name != case.container.name]
    own = {port for each in others for port in declared_ports(each)}
    return frozenset(own | {port for each in others for port in RESERVED.get(each.name, ())})


def _port_strength(case: Case) -> float:
    declared = declared_ports(case.container)
    known = sum((
        bool(declared),
        any(each.port in declared for each in case.passing.values()),
        bool(_targets(case) & declared),
    ))  # fmt: skip
    if case.outcome in _UNHEARD or (case.outcome is None and case.rewritten):
        return min(0.84 + 0.04 * known, 0.96)
    if case.outcome is None:
        return min(0.78 + 0.04 * known, 0.9)
    return 0.6


def _protocol(case: Case) -> Iterator[Verdict]:
    aim, outcome = case.aim, case.outcome
    if aim.protocol == "exec" or is_unreadable(case.probe):
        return
    strength = _protocol_strength(case)
    if strength <= 0:
        return
    other = next((each for each in case.passing.values() if each.port == aim.port and _differs(each, aim)), None)
    speaks = other.protocol if other else _hinted(case)
    if speaks and speaks != aim.protocol and outcome is not Outcome.PLAIN_FOR_TLS:
        words = Text(
            f"uses {aim.protocol} on port {aim.port}, where the container speaks {speaks}",
            f"在端口 {aim.port} 上使用 {aim.protocol}，而容器在该端口使用 {speaks}",
        )
    else:
        words = Text(
            f"uses {aim.protocol} on port {aim.port}, which the container does not speak there",
            f"在端口 {aim.port} 上使用 {aim.protocol}，而容器在该端口并不使用该协议",
        )
    yield Verdict("wrong-protocol", strength, words)


def _protocol_strength(case: Case) -> float:
    outcome, status = case.outcome, case.failure.status if case.failure else None
    if outcome is not None and outcome in _PROTOCOL_PROVEN:
        return _PROTOCOL_PROVEN[outcome]
    if outcome is Outcome.STATUS:
        return max(_PROTOCOL_STATUS.get(status or 0, 0.0), _of_gateway(case, status or 0))
    if outcome is Outcome.NOT_SERVING or _is_udp(case):
        return 0.9 if _is_udp(case) else 0.0
    return _protocol_by_specs(case) * (0.3 if _passed_for_long(case) else 1.0)


def _passed_for_long(case: Case) -> bool:
    """Whether the same probe was content with the same container for long before it failed."""
    return case.lived is not None and case.lived > 3 * budget(case.probe) + 120


def _protocol_by_specs(case: Case) -> float:
    """A passing probe of another protocol on the same port, else what the port is called."""
    aim, outcome = case.aim, case.outcome
    if aim.protocol == "tcp" or _tells_no_protocol(aim, outcome):
        return 0.0
    passing = {each.protocol for each in case.passing.values() if each.port == aim.port}
    if aim.protocol in passing:
        return 0.0
    if passing - {"tcp"}:
        return 0.9
    hinted = _hinted(case)
    contradicted = bool(hinted) and hinted != aim.protocol
    if outcome is Outcome.SLOW:  # most servers answer or hang up at once; one that waits for more bytes is rare
        return 0.45 if contradicted else 0.0
    if "tcp" in passing:
        return 0.85 if contradicted or outcome is Outcome.CUT else 0.65
    if contradicted:
        return 0.8 if outcome in (None, Outcome.CUT, Outcome.NO_CONNECTION) else 0.5
    return 0.6 if outcome is Outcome.CUT else 0.0


def _of_gateway(case: Case, status: int) -> float:
    """A server of gRPC answers HTTP/1 with an error status, whatever the path, where its framework hosts both."""
    if case.aim.protocol == "grpc" or not 400 <= status < 500:
        return 0.0
    passing = {each.protocol for each in case.passing.values() if each.port == case.aim.port}
    if passing != {"grpc"}:
        return 0.0
    return 0.68 if status in (404, 405, 410) else 0.88  # it may host pages beside its calls


def _tells_no_protocol(aim: Aim, outcome: Outcome | None) -> bool:
    """Without a connection no protocol is spoken; a gRPC call that is slow began with a handshake of HTTP/2.

    The gRPC probe does not tell a refusal from a server that speaks no HTTP/2. Source: pkg/probe/grpc/grpc.go.
    """
    if aim.protocol == "grpc":
        return outcome is Outcome.SLOW
    return outcome in _UNHEARD


def _differs(one: Aim, other: Aim) -> bool:
    return one.protocol != other.protocol


def _is_udp(case: Case) -> bool:
    protocols = {each.protocol for each in case.container.ports if each.container_port == case.aim.port}
    return protocols == {"UDP"} and case.outcome in (Outcome.REFUSED, None)


def _hinted(case: Case) -> str:
    """The protocol that the names of the port tell (container, Service, appProtocol), empty when they do not."""
    port = case.aim.port
    names = [each.name for each in case.container.ports if each.container_port == port]
    for backing in case.services:
        for each in backing.service.spec.ports:
            if (each.target_port or each.port) in (port, *names):
                names += [each.app_protocol or "", each.name]
    for name in (each.lower() for each in names if each):
        if "grpc" in name:
            return "grpc"
        if name.startswith(_RAW_NAMES):
            return "tcp"
        if name.startswith(("https", "tls")):
            return "https"
        if name.startswith(("http", "web")):
            return "http"
    return "tcp" if port in _RAW_PORTS else ""


def _path(case: Case) -> Iterator[Verdict]:
    status = case.failure.status if case.failure else None
    if case.outcome is not Outcome.STATUS or status not in _PATH_STATUS:
        return
    passing = [each for each in case.passing.values() if each.port == case.aim.port and each.path]
    others = any(each.path != case.aim.path for each in passing)
    strength = 0.6 if _of_gateway(case, status or 0) else _PATH_STATUS[status] + (0.08 if others else 0.0)
    words = Text(f"gets HTTP {status} from {case.aim.path}", f"访问 {case.aim.path} 得到 HTTP {status}")
    yield Verdict("wrong-path", strength, words)


def _command(case: Case) -> Iterator[Verdict]:
    if case.aim.protocol == "exec" and case.outcome is Outcome.COMMAND_MISSING:
        command = case.probe.exec.command[0] if case.probe.exec and case.probe.exec.command else ""
        words = Text(
            f"runs the command {command[:80]!r}, which cannot be executed",
            f"执行的命令 {command[:80]!r} 无法运行",
        )
        yield Verdict("failing", 0.9, words)


def _timing(case: Case) -> Iterator[Verdict]:
    """A container that is only slow must be given the time: how soon does the probe take its measure?"""
    if case.outcome in _PROTOCOL_PROVEN or case.outcome in (Outcome.NO_PORT, Outcome.COMMAND_MISSING):
        return
    allowed = budget(case.probe)
    strength = {
        ProbeKind.LIVENESS: _liveness_timing,
        ProbeKind.READINESS: _readiness_timing,
        ProbeKind.STARTUP: _startup_timing,
    }[case.kind](case, allowed)
    if strength > 0:
        words = Text(
            f"gives the container {allowed:g} s (delay {case.probe.initial_delay_seconds} s, timeout "
            f"{case.probe.timeout_seconds} s, {case.probe.failure_threshold} failures)",
            f"只给容器 {allowed:g} 秒（初始延迟 {case.probe.initial_delay_seconds} 秒，超时 "
            f"{case.probe.timeout_seconds} 秒，允许失败 {case.probe.failure_threshold} 次）",
        )
        yield Verdict("too-short" if case.kind is ProbeKind.STARTUP else "too-aggressive", strength, words)


def _liveness_timing(case: Case, allowed: float) -> float:
    strength = next((each for limit, each in _LIVENESS_TIMING if allowed <= limit), _LATE_TIMING)
    readiness = case.container.readiness_probe
    if readiness is not None and readiness.initial_delay_seconds > allowed:
        strength = max(strength, 0.85)  # the author knows that it takes longer to be ready
    if case.outcome is Outcome.SLOW and allowed > 8:
        strength = _slow_timing(case)
    if _passed_for_long(case):
        strength *= 0.4
    if case.container.startup_probe is not None or case.outcome in (Outcome.NOT_SERVING, Outcome.STATUS):
        strength *= 0.5
    return strength


def _slow_timing(case: Case) -> float:
    """A second to answer is little, above all where another probe of the same port is content."""
    if case.probe.timeout_seconds > 1:
        return 0.3
    return 0.55 if any(each.port == case.aim.port for each in case.passing.values()) else 0.4


def _readiness_timing(case: Case, allowed: float) -> float:
    if case.outcome is not Outcome.SLOW and case.outcome is not Outcome.NO_CONNECTION:
        return 0.0
    if case.probe.timeout_seconds > 1:
        return 0.0
    return 0.45 if allowed <= 8 else 0.25


def _startup_timing(case: Case, allowed: float) -> float:
    if case.outcome in _ANSWERED:
        return 0.2
    return next((each for limit, each in _STARTUP_TIMING if allowed <= limit), 0.35)


def _generic_strength(case: Case) -> float:
    if case.failure is None and not case.killed:
        return 0.35 if case.kind is ProbeKind.LIVENESS else 0.45
    return 0.45


def _generic_words(case: Case) -> Text:
    failure = case.failure
    if failure is None:
        return Text("fails", "失败")
    status = f" {failure.status}" if failure.status else ""
    what = f"{failure.outcome.value}{status}"
    return Text(f"fails on {case.aim} ({what})", f"在 {case.aim} 上失败（{what}）")
