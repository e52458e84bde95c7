"""Lines of access logs: programs' own in their style, and ingress-nginx' in its default format.

Source: ingress-nginx/internal/ingress/controller/config/config.go (logFormatUpstream).
"""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

from midwatch.lab.core.runtime import Process
from midwatch.lab.network.address import parse_address
from midwatch.lab.network.connection import Connection, Failure
from midwatch.lab.world.programs import LogStyle
from midwatch.lab.world.style import format_line
from midwatch.lab.world.world import Client

_AGENT = "Mozilla/5.0 (X11; Linux x86_64)"
_ERRNO = {
    Failure.REFUSED: "connect() failed (111: Connection refused) while connecting to upstream",
    Failure.NO_ROUTE: "connect() failed (113: Host is unreachable) while connecting to upstream",
    Failure.TIMEOUT: "upstream timed out (110: Operation timed out) while connecting to upstream",
}


def access_line(process: Process, at: float, operation: str, status: int, taken: float, random: Random) -> str:
    """One request that a program served; `taken` in seconds."""
    style, name = process.program.style, process.program.name
    verb, _, path = operation.rpartition(" ")
    milliseconds = round(taken * 1000, 1)
    level = "info" if status < 500 else "error"
    if style is LogStyle.NGINX:
        return _nginx(at, verb or "GET", path or "/", status, random)
    if verb:
        return format_line(
            style, at, level, name, "request completed",
            method=verb, path=path, status=status, duration_ms=milliseconds,
        )  # fmt: skip
    code = "OK" if status < 500 else "Internal"
    return format_line(
        style, at, level, name, "call completed", method=operation or "-", code=code, duration_ms=milliseconds
    )


def _when(at: float) -> str:
    return datetime.fromtimestamp(int(at), UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")


def _nginx(at: float, verb: str, path: str, status: int, random: Random) -> str:
    size = random.randrange(180, 4000) if status < 500 else 157
    return f'10.244.0.1 - - [{_when(at)}] "{verb} {path} HTTP/1.1" {status} {size} "-" "{_AGENT}" "-"'


def ingress_line(
    connection: Connection, client: Client, at: float, status: int, taken: float, random: Random
) -> str:
    """One request that the ingress controller passed on, or answered itself."""
    path = parse_address(client.url).path
    service = connection.service
    upstream = f"{service.namespace}-{service.name}-80" if service is not None else ""
    address = connection.detail or ""
    if connection.process is not None:
        address = f"{connection.process.ip}:{connection.target_port}"
    silent = status in (404, 503) or not address
    size = random.randrange(300, 5000) if status < 400 else 190
    told = f"{address} {size} {taken:.3f} {status}" if not silent else "- - - -"
    request = f"{random.getrandbits(128):032x}"
    return (
        f'198.51.100.{random.randrange(1, 250)} - - [{_when(at)}] "GET {path} HTTP/1.1" {status} {size} "-" '
        f'"{_AGENT}" {random.randrange(300, 900)} {taken:.3f} [{upstream}] [] {told} {request}'
    )


def ingress_error(connection: Connection, client: Client, at: float) -> str:
    """The error line of a request that no backend answered; empty when nginx writes none."""
    service = connection.service
    if connection.failure is Failure.UNAVAILABLE:
        if service is None:
            return ""
        head = format_line(LogStyle.KLOG, at, "warning", "controller", "")
        return f'{head}Service "{service.namespace}/{service.name}" does not have any active Endpoint.'
    why = _ERRNO.get(connection.failure or Failure.REFUSED)
    if why is None:
        return ""
    path = parse_address(client.url).path
    return format_line(
        LogStyle.NGINX, at, "error", "", f"*{int(at) % 100000} {why}",
        client="198.51.100.7", server=connection.host, request=f'"GET {path} HTTP/1.1"',
        upstream=f'"http://{connection.address}{path}"', host=f'"{connection.host}"',
    )  # fmt: skip
