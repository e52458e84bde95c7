"""The line that a program logs when a dependency fails it: its client's words in its own style."""

from __future__ import annotations

from midwatch.lab.core.runtime import Process
from midwatch.lab.network.accounts import credentials
from midwatch.lab.network.address import expand
from midwatch.lab.network.connection import Connection, Failure
from midwatch.lab.network.go_errors import Attempt, go_error
from midwatch.lab.network.java_errors import java_error
from midwatch.lab.world.programs import Dependency, LogStyle
from midwatch.lab.world.style import format_line

_ERRNO = {
    Failure.REFUSED: "connect() failed (111: Connection refused) while connecting to upstream",
    Failure.NO_ROUTE: "connect() failed (113: No route to host) while connecting to upstream",
    Failure.TIMEOUT: "upstream timed out (110: Connection timed out) while connecting to upstream",
    Failure.RESET: "recv() failed (104: Connection reset by peer) while reading response header from upstream",
    Failure.PROTOCOL: "upstream sent invalid header while reading response header from upstream",
}

_PASSED_ON = frozenset({Failure.SERVER_ERROR, Failure.NOT_FOUND, Failure.UNAVAILABLE})


def error_text(source: Process, dependency: Dependency, connection: Connection) -> str:
    """The error of the client library alone."""
    user, password, database = credentials(source, dependency)
    attempt = Attempt(
        dependency.protocol,
        expand(dependency.address, source.environment),
        source.ip,
        user,
        bool(password),
        database,
        connection,
        old_driver=source.program.style in (LogStyle.LOGFMT, LogStyle.KLOG),
    )
    return java_error(attempt) if source.program.style is LogStyle.JAVA else go_error(attempt)


def complain(source: Process, dependency: Dependency, connection: Connection, at: float) -> str:
    """The log line: nginx writes of upstreams, others of the call that failed, with the error.

    Empty when nothing is logged: nginx passes on what an upstream answers, errors too.
    """
    style, name = source.program.style, source.program.name
    if style is LogStyle.NGINX:
        return _nginx(source, dependency, connection, at)
    error = error_text(source, dependency, connection)
    if style is LogStyle.JAVA:
        logger = f"com.example.{name.replace('-', '')}.client.{_camel(dependency.name)}Client"
        return format_line(style, at, "error", logger, f"Call to {dependency.name} failed: {error}")
    if style in (LogStyle.PLAIN, LogStyle.POSTGRES, LogStyle.REDIS, LogStyle.RABBITMQ):
        return format_line(style, at, "error", name, f"{dependency.name} request failed: {error}")
    if style is LogStyle.KLOG:
        return format_line(style, at, "error", "client", "Request failed", dependency=dependency.name, err=error)
    message = f"request to {dependency.name} failed"
    return format_line(style, at, "error", name, message, dependency=dependency.name, error=error)


def _camel(name: str) -> str:
    return "".join(each.capitalize() for each in name.split("-"))


def _nginx(source: Process, dependency: Dependency, connection: Connection, at: float) -> str:
    address = expand(dependency.address, source.environment)
    failure = connection.failure or Failure.REFUSED
    if failure in _PASSED_ON:
        return ""
    if failure in (Failure.NO_SUCH_HOST, Failure.DNS_TIMEOUT, Failure.DNS_FAILURE):
        why = "3: Host not found" if failure is Failure.NO_SUCH_HOST else "110: Operation timed out"
        message = f"*{source.run + 1} {connection.host} could not be resolved ({why})"
        return format_line(LogStyle.NGINX, at, "error", "", message, client="10.244.0.1", server="_")
    why = _ERRNO.get(failure, _ERRNO[Failure.REFUSED])
    if failure is Failure.TIMEOUT and connection.process is not None:
        why = why.replace("while connecting to", "while reading response header from")
    message = f"*{source.run + 1} {why}"
    upstream = f'"{address.partition("://")[0] if "://" in address else "http"}://{connection.address}/"'
    return format_line(
        LogStyle.NGINX, at, "error", "", message, client="10.244.0.1", server="_", request='"GET / HTTP/1.1"',
        upstream=upstream,
    )  # fmt: skip
