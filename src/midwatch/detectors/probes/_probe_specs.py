"""The probes of a container as their author wrote them, and what they expect of the container.

A service mesh rewrites probes so that its proxy answers them: the path becomes `/app-health/<container>/livez` on
the proxy's port, and the original is kept in the variable ISTIO_KUBE_APP_PROBERS of the proxy
(istio.io/latest/docs/ops/configuration/mesh/app-health-check). The template of the workload has the original too.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import msgspec

from midwatch.detectors._listeners import variable_ports
from midwatch.detectors.probes._probe_messages import ProbeKind
from midwatch.domain.kube.containers import Container, Probe
from midwatch.domain.kube.pods import PodSpec

_REWRITTEN = "/app-health/"
_ORIGINALS = "ISTIO_KUBE_APP_PROBERS"
_PATHS = {ProbeKind.LIVENESS: "livez", ProbeKind.READINESS: "readyz", ProbeKind.STARTUP: "startupz"}
_MAX_JSON = 65536


class Aim(NamedTuple):
    """Where a probe goes and how: `http`, `https`, `tcp`, `grpc` or `exec`; `name` is the name of a named port."""

    protocol: str
    port: int = 0
    name: str = ""
    path: str = ""
    foreign: bool = False

    def __str__(self) -> str:
        where = self.name or str(self.port)
        return f"{self.protocol} port {where}{' ' + self.path if self.path else ''}"


def probes_of(container: Container) -> Iterator[tuple[ProbeKind, Probe]]:
    """The probes a container has."""
    for kind, probe in (
        (ProbeKind.STARTUP, container.startup_probe),
        (ProbeKind.LIVENESS, container.liveness_probe),
        (ProbeKind.READINESS, container.readiness_probe),
    ):
        if probe is not None:
            yield kind, probe


def original(spec: PodSpec, template: PodSpec | None, container: Container, kind: ProbeKind) -> Probe | None:
    """The probe of a running container before a mesh rewrote it."""
    probe = dict(probes_of(container)).get(kind)
    if probe is None or probe.http_get is None or not probe.http_get.path.startswith(_REWRITTEN):
        return probe
    for each in template.containers if template is not None else ():
        written = dict(probes_of(each)).get(kind) if each.name == container.name else None
        if written is not None and not _is_rewritten(written):
            return written
    return _from_proxy(spec, container.name, kind, probe) or probe


def _is_rewritten(probe: Probe) -> bool:
    return probe.http_get is not None and probe.http_get.path.startswith(_REWRITTEN)


def _from_proxy(spec: PodSpec, name: str, kind: ProbeKind, rewritten: Probe) -> Probe | None:
    for container in (*spec.init_containers, *spec.containers):
        for variable in container.env:
            if variable.name == _ORIGINALS and len(variable.value) <= _MAX_JSON:
                found = _decoded(variable.value).get(f"{_REWRITTEN}{name}/{_PATHS[kind]}")
                if found is not None:
                    return msgspec.structs.replace(
                        rewritten, http_get=found.http_get, tcp_socket=found.tcp_socket, grpc=found.grpc
                    )
    return None


@lru_cache(maxsize=256)
def _decoded(value: str) -> dict[str, Probe]:
    try:
        return msgspec.json.decode(value, type=dict[str, Probe])
    except msgspec.MsgspecError:
        return {}


def is_unreadable(probe: Probe) -> bool:
    """Whether only the rewritten form of a probe is known, which tells nothing about the container."""
    return _is_rewritten(probe)


def aim_of(probe: Probe, container: Container) -> Aim:
    """Where a probe goes, named ports looked up among those of the container."""
    if probe.grpc is not None:
        return Aim("grpc", probe.grpc.port)
    if probe.http_get is not None:
        scheme = "https" if probe.http_get.scheme.upper() == "HTTPS" else "http"
        port, name = _looked_up(probe.http_get.port, container)
        return Aim(scheme, port, name, probe.http_get.path or "/", bool(probe.http_get.host))
    if probe.tcp_socket is not None:
        port, name = _looked_up(probe.tcp_socket.port, container)
        return Aim("tcp", port, name, "", bool(probe.tcp_socket.host))
    return Aim("exec")


def _looked_up(port: int | str, container: Container) -> tuple[int, str]:
    if isinstance(port, int):
        return port, ""
    if port.isdigit() and len(port) <= 5:
        return int(port), ""
    number = next((each.container_port for each in container.ports if each.name == port), 0)
    return number, port


def declared_ports(container: Container) -> frozenset[int]:
    """TCP ports that the container declares, and those its own variables tell it to listen on."""
    declared = {
        each.container_port for each in container.ports if each.container_port > 0 and each.protocol != "UDP"
    }
    return frozenset(declared | {port for port, _ in variable_ports(container)})


def budget(probe: Probe) -> float:
    """Seconds from the start of a container until this probe, failing from the beginning, takes its measure."""
    delay, period = _clamp(probe.initial_delay_seconds, 0), _clamp(probe.period_seconds, 1)
    return float(delay + period * (_clamp(probe.failure_threshold, 1) - 1) + _clamp(probe.timeout_seconds, 1))


def _clamp(value: int, least: int) -> int:
    return min(max(value, least), 10**6)
