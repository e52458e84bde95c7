"""nodes: reads the state of system services (systemd units) on nodes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from midwatch.detectors._node_roles import control_plane_nodes, runs_control_plane
from midwatch.detectors.common import refs, shorten
from midwatch.detectors.nodes._node_messages import names_dead_socket, node_cause
from midwatch.domain.finding import Claim, Fact, Finding, Severity
from midwatch.domain.inventory import Inventory
from midwatch.domain.kube.cluster import Node
from midwatch.domain.observation import ComponentStatus, Observation
from midwatch.domain.resource import Ref
from midwatch.domain.text import Text

_RUNTIME = "container-runtime-unavailable"
_CAUSES = {
    "kubelet": "kubelet-unavailable",
    "containerd": _RUNTIME,
    "crio": _RUNTIME,
    "cri-o": _RUNTIME,
    "docker": _RUNTIME,
    "dockerd": _RUNTIME,
    "cri-dockerd": _RUNTIME,
    "cri-docker": _RUNTIME,
    "kube-proxy": "kube-proxy-unavailable",
    "kube-scheduler": "kube-scheduler-unavailable",
    "kube-controller-manager": "kube-controller-manager-unavailable",
    "kube-apiserver": "api-server-unavailable",
    "etcd": "etcd-unavailable",
}
_CONTROL_PLANE = ("kube-scheduler", "kube-controller-manager", "kube-apiserver", "etcd")
_ABSENT = re.compile(r"could not be found|Loaded: not-found|not installed", re.IGNORECASE)
_DISABLED = re.compile(r"Loaded: loaded \([^)\n]{0,200}(?:disabled|masked)[;)]", re.IGNORECASE)
_JUST_NOW = re.compile(r"Active: active \(running\) since [^;\n]{0,60}; (\d{1,2})s ago")
_RESTARTS = re.compile(r"restart counter is at (\d{1,6})")
_ANY_RESTARTS = 3
_STARTED = re.compile(r"Active: active[^\n]{0,20}since \w{3} (\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)")
_STAMP = re.compile(r"^(\w{3}) ([ \d]\d) (\d\d):(\d\d):(\d\d) ")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WARM_UP = timedelta(seconds=120)
_MAX_DETAIL = 65_536


@dataclass(frozen=True, slots=True)
class _Unit:
    """A system service on a node."""

    node: Ref
    name: str
    cause: str
    status: ComponentStatus

    def fact(self, value: str) -> Fact:
        """What the service manager said."""
        return Fact(self.node, f"service {self.name}", shorten(value), self.status.since, self.status.source)


def read_unit(inventory: Inventory, observation: Observation) -> Iterator[Finding]:
    """State of one systemd unit: dead units are causes, live ones speak against them. Source: systemctl(1)."""
    if not isinstance(observation, ComponentStatus):
        return
    name = observation.component.strip().lower().removesuffix(".service")
    cause = _CAUSES.get(name)
    if cause is None or not observation.node:
        return
    unit = _Unit(Ref("Node", "", observation.node), name, cause, observation)
    if observation.active is False:
        yield from _dead(inventory, unit)
    elif observation.active:
        yield from _alive(inventory, unit)


def _dead(inventory: Inventory, unit: _Unit) -> Iterator[Finding]:
    if not _in_use(inventory, unit):
        return
    state = _active_line(unit.status.detail)
    strength = 0.97 if _belongs(inventory, unit) else 0.4
    yield Finding(
        "nodes/unit-down",
        unit.node,
        Text(
            f"Service {unit.name} on node {unit.node.name} does not run ({state})",
            f"节点 {unit.node.name} 上的服务 {unit.name} 没有运行({state})",
        ),
        Severity.ERROR,
        claims=(Claim(unit.cause, unit.node, strength), *_deeper(unit)),
        facts=(unit.fact(state),),
        affected=_sufferers(inventory, unit),
        since=unit.status.since,
    )


def _sufferers(inventory: Inventory, unit: _Unit) -> tuple[Ref, ...]:
    """Pods of the node; without a scheduler the pods that wait for a node."""
    if unit.name not in _CONTROL_PLANE:
        return refs(inventory.pods_by_node.get(unit.node.name, ()))
    if unit.name != "kube-scheduler":
        return ()
    return refs(each for each in inventory.pods_by_node.get("", ()) if each.status.phase == "Pending")


def _in_use(inventory: Inventory, unit: _Unit) -> bool:
    """Whether a unit that does not run should: it is installed, and it is the runtime this node uses."""
    detail = unit.status.detail[:_MAX_DETAIL]
    if _ABSENT.search(detail) or (_DISABLED.search(detail) and " since " not in _active_line(detail)):
        return False
    node = inventory.get(Node, "", unit.node.name)
    runtime = node.status.node_info.container_runtime_version if node else ""
    if unit.cause != _RUNTIME or "://" not in runtime:
        return True
    wanted = "docker" if runtime.startswith("docker") else runtime.split("://")[0].replace("-", "")
    return unit.name.replace("-", "").startswith((wanted, "containerd" if wanted == "docker" else wanted))


def _belongs(inventory: Inventory, unit: _Unit) -> bool:
    """Whether a node is where a part of the control plane should run, as far as labels tell."""
    if unit.name not in _CONTROL_PLANE or not control_plane_nodes(inventory):
        return True
    node = inventory.get(Node, "", unit.node.name)
    return node is None or runs_control_plane(node)


def _deeper(unit: _Unit) -> tuple[Claim, ...]:
    """A kubelet that ended because the runtime's socket is dead, or its certificate ran out."""
    known = node_cause(unit.status.detail[-4096:]) if unit.name == "kubelet" else None
    if known is None or known[0] not in (_RUNTIME, "certificate-expired"):
        return ()
    return (Claim(known[0], unit.node, 0.8),)


def _active_line(detail: str) -> str:
    for line in detail[:_MAX_DETAIL].splitlines():
        if line.strip().startswith("Active:"):
            return line.strip().removeprefix("Active:").strip()[:120]
    return shorten(detail[:120]) or "not active"


def _alive(inventory: Inventory, unit: _Unit) -> Iterator[Finding]:
    trouble = _trouble(unit)
    yield Finding(
        "nodes/unit-running",
        unit.node,
        Text(
            f"Service {unit.name} runs on node {unit.node.name}",
            f"节点 {unit.node.name} 上的服务 {unit.name} 正在运行",
        ),
        Severity.INFO,
        claims=(Claim(unit.cause, unit.node, 0.7, refutes=True),) if not _restarting(unit) else (),
        facts=(unit.fact(_active_line(unit.status.detail)),),
    )
    if trouble:
        yield _troubled(inventory, unit, trouble)
    if _restarting(unit):
        yield _unstable(unit)


def _trouble(unit: _Unit) -> list[str]:
    """Lines of the kubelet's log about its runtime that are the present state, not the boot's."""
    if unit.name != "kubelet":
        return []
    detail = unit.status.detail[-_MAX_DETAIL:]
    lines = [each for each in detail.splitlines() if " kubelet[" in each or "kubelet:" in each]
    bad = [each for each in lines if names_dead_socket(each)]
    if not bad or (len(bad) < len(lines) / 2 and bad[-1] is not lines[-1]):
        return []
    return [] if _while_starting(detail, bad) else bad


def _while_starting(detail: str, lines: Iterable[str]) -> bool:
    """Whether all lines are from the first two minutes of the service: then it only waited for the runtime."""
    match = _STARTED.search(detail)
    if match is None:
        return False
    year, month, day, hour, minute, second = (int(each) for each in match.groups())
    started = _moment(year, month, day, hour, minute, second)
    stamps = [_stamp(each, year) for each in lines]
    return started is not None and all(each is not None and abs(each - started) < _WARM_UP for each in stamps)


def _stamp(line: str, year: int) -> datetime | None:
    match = _STAMP.match(line.strip())
    if match is None or match[1] not in _MONTHS:
        return None
    numbers = (int(each) for each in match.groups()[1:])
    return _moment(year, _MONTHS.index(match[1]) + 1, *numbers)


def _moment(*numbers: int) -> datetime | None:
    """Local time of the node; only differences matter, so it has no zone."""
    year, month, day, hour, minute, second = numbers
    try:
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
    except ValueError:
        return None


def _troubled(inventory: Inventory, unit: _Unit, lines: list[str]) -> Finding:
    return Finding(
        "nodes/runtime-unreachable",
        unit.node,
        Text(
            f"The kubelet on node {unit.node.name} cannot reach the container runtime",
            f"节点 {unit.node.name} 上的 kubelet 无法连接容器运行时",
        ),
        Severity.ERROR,
        claims=(Claim(_RUNTIME, unit.node, 0.9),),
        facts=(unit.fact(lines[-1]),),
        affected=refs(inventory.pods_by_node.get(unit.node.name, ())),
    )


def _restarting(unit: _Unit) -> bool:
    detail = unit.status.detail[:_MAX_DETAIL]
    counts = [int(each) for each in _RESTARTS.findall(detail)]
    return bool(_JUST_NOW.search(detail)) or max(counts, default=0) >= _ANY_RESTARTS


def _unstable(unit: _Unit) -> Finding:
    return Finding(
        "nodes/unit-restarting",
        unit.node,
        Text(
            f"Service {unit.name} on node {unit.node.name} restarted only just now, or again and again",
            f"节点 {unit.node.name} 上的服务 {unit.name} 刚刚重启或反复重启",
        ),
        Severity.WARNING,
        claims=(Claim(unit.cause, unit.node, 0.5),),
        facts=(unit.fact(_active_line(unit.status.detail)),),
        since=unit.status.since,
    )
