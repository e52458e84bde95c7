"""Which ports a container listens on: those it declares, and those its arguments and variables name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from midwatch.domain.kube.containers import Container

_MAX_WORDS = 4096
_BIND_ALL = re.compile(r"(?:^|[\s=\"'])(?:tcp://|https?://)?(?:0\.0\.0\.0|\[::\]|\*)?:([0-9]{2,5})(?![0-9.])")
_FLAG = re.compile(r"(?:^|\s)-{1,2}([a-z][a-z0-9.-]{0,40})[= ]([0-9]{2,5})(?![0-9.\w])")
_SERVER = re.compile(r"(?:http\.server|SimpleHTTPServer|LISTEN:|runserver)[ :]{0,2}([0-9]{2,5})(?![0-9.])")
_FLAG_LISTENS = re.compile(r"(?:^|[-.])(?:port|p|listen|bind|l)$")
_OF_ANOTHER = frozenset({
    "upstream", "target", "remote", "db", "database", "redis", "mysql", "postgres", "backend", "app", "forward",
    "peer", "proxy", "dest", "destination", "connect", "api", "kafka", "mongo",
})  # fmt: skip
_VARIABLE_LISTENS = re.compile(
    r"(?:(?:HTTP|HTTPS|SERVER|LISTEN|GRPC|ADMIN|METRICS|HEALTH|WEB|BIND)_)?PORT|(?:[A-Z]{1,20}_)?LISTEN(?:_ADDR(?:ESS)?)?"
)
_VARIABLE_PORT = re.compile(r"(?:0\.0\.0\.0|\[::\]|\*)?:?([0-9]{2,5})")

RESERVED: dict[str, tuple[int, ...]] = {
    "istio-proxy": (15000, 15001, 15004, 15006, 15008, 15020, 15021, 15053, 15090),
    "linkerd-proxy": (4140, 4143, 4190, 4191),
}
"""Ports of mesh proxies that they open without declaring them all (istio.io/latest/docs/ops/deployment/
application-requirements, linkerd.io/2/reference/proxy-configuration)."""


class Listener(NamedTuple):
    """One port of one container; `declared` is false when it was inferred. `where` is the field that says so."""

    port: int
    protocol: str
    container: str
    where: str
    declared: bool


def listeners(container: Container) -> Iterator[Listener]:
    """Every port a container listens on as far as its own spec tells; the same one may come twice."""
    for each in container.ports:
        if each.container_port > 0:
            yield Listener(each.container_port, each.protocol or "TCP", container.name, "ports", True)
    for port in RESERVED.get(container.name, ()):
        yield Listener(port, "TCP", container.name, "reserved by the proxy", False)
    for port, where in _inferred(container):
        yield Listener(port, "TCP", container.name, where, False)


def _inferred(container: Container) -> Iterator[tuple[int, str]]:
    words = " ".join((*container.command, *container.args))[:_MAX_WORDS]
    for pattern in (_BIND_ALL, _SERVER):
        for digits in pattern.findall(words):
            yield int(digits), "args"
    for flag, digits in _FLAG.findall(words):
        if _FLAG_LISTENS.search(flag) and not _OF_ANOTHER.intersection(flag.replace(".", "-").split("-")):
            yield int(digits), "args"
    for port, name in variable_ports(container):
        yield port, f"env[{name}]"


def variable_ports(container: Container) -> Iterator[tuple[int, str]]:
    """Ports that variables such as `PORT` or `LISTEN_ADDR` tell the program to listen on."""
    for variable in container.env:
        match = _VARIABLE_PORT.fullmatch(variable.value.strip()[:64]) if variable.value else None
        if match is not None and _VARIABLE_LISTENS.fullmatch(variable.name[:64]):
            yield int(match[1]), variable.name
