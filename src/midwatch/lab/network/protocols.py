"""Speaking the wrong protocol: what clients report when something else listens at the port they reached."""

from __future__ import annotations

from dataclasses import replace

from midwatch.lab.core.runtime import Process
from midwatch.lab.network.address import Address
from midwatch.lab.network.connection import Connection, Failure
from midwatch.lab.world.programs import Dependency, Port, Protocol

_WEB = frozenset({Protocol.HTTP, Protocol.HTTPS})
_HTTP2 = '"\\x00\\x00\\x06\\x04\\x00\\x00\\x00\\x00\\x00\\x00\\x05\\x00\\x00@\\x00"'
_WORDING = {
    (Protocol.HTTPS, Protocol.HTTP): "http: server gave HTTP response to HTTPS client",
    (Protocol.HTTP, Protocol.HTTPS): "400 Bad Request: Client sent an HTTP request to an HTTPS server.",
    (
        Protocol.HTTP,
        Protocol.GRPC,
    ): f"net/http: HTTP/1.x transport connection broken: malformed HTTP response {_HTTP2}",
    (Protocol.HTTPS, Protocol.GRPC): "tls: first record does not look like a TLS handshake",
    (Protocol.GRPC, Protocol.HTTP): "error reading server preface: http2: frame too large",
    (Protocol.GRPC, Protocol.HTTPS): "error reading server preface: EOF",
}


def port_at(process: Process, number: int) -> Port | None:
    """What a program declares about the port that it listens at."""
    return next((each for each in process.program.ports if number_of(process, each) == number), None)


def number_of(process: Process, port: Port) -> int:
    """The number of a port: its variable's value, when that is a number, else the declared one."""
    told = process.environment.get(port.variable, "") if port.variable else ""
    return int(told) if told.isdigit() else port.number


def mismatch(dependency: Dependency, address: Address, found: Connection) -> Connection | None:
    """The failed connection, when the port at the other end speaks another protocol; None when it fits."""
    process = found.process
    port = port_at(process, found.target_port or found.port) if process is not None else None
    if port is None or Protocol.TCP in (port.protocol, dependency.protocol):
        return None
    wanted = dependency.protocol
    if wanted in _WEB and address.scheme in ("http", "https"):
        wanted = Protocol(address.scheme)
    if port.protocol is wanted or (found.via is not None and wanted in _WEB):
        return None
    return replace(found, failure=Failure.PROTOCOL, detail=_WORDING.get((wanted, port.protocol), "EOF"))
